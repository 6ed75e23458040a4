"""Where the files of upstream's papers are read from: the pinned commit, another server, or a folder."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from runner.errors import PaperbenchError, UsageError
from runner.network import MissingError, UnreachableError, fetch
from runner.upstream.data_folder import find_data
from runner.upstream.lfs import hydrate, points
from validators.models.paper import Source

_GITHUB = re.compile(r"(?:https://github\.com/)?([A-Za-z0-9._-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?\Z")
_PLAIN = "https://raw.githubusercontent.com"
_MEDIA = "https://media.githubusercontent.com/media"


class Origin(Protocol):
    """A place to read the files from."""

    def read(self, source: Source, name: str) -> bytes:
        """A file of the paper's folder; raises PaperbenchError."""


@dataclass(frozen=True)
class PinnedCommit:
    """The commit on GitHub, where Git-LFS content has a server of its own: no git is needed."""

    plain: str = _PLAIN
    media: str = _MEDIA

    def read(self, source: Source, name: str) -> bytes:
        """The file, of the pinned commit."""
        repository = _GITHUB.match(source.repository)
        if repository is None:
            raise PaperbenchError(f"{source.repository} is not on GitHub; give --from URL or --from DIR")
        path = quote(f"{repository[1]}/{source.commit}/{source.folder}/{name}")
        content = _fetched(f"{self.plain}/{path}")
        return _fetched(f"{self.media}/{path}") if points(content) else content


@dataclass(frozen=True)
class Server:
    """Upstream's data folder behind a URL."""

    base: str

    def read(self, source: Source, name: str) -> bytes:
        """The file, whatever it is there."""
        url = f"{self.base.rstrip('/')}/papers/{quote(f'{_id(source)}/{name}')}"
        content = _fetched(url)
        if points(content):
            raise PaperbenchError(f"{url} is a Git-LFS pointer, not the file; give another --from")
        return content


@dataclass(frozen=True)
class Folder:
    """Upstream's data folder."""

    data: Path

    def read(self, source: Source, name: str) -> bytes:
        """The file, whatever it is there."""
        path = self.data / "papers" / _id(source) / name
        if not path.is_file():
            raise MissingError(f"{path} is missing")
        content = path.read_bytes()
        if points(content):
            raise PaperbenchError(f"{path} is a Git-LFS pointer, not the file; {hydrate(path.parent)}")
        return content


def origin(named: str | None) -> Origin:
    """The origin that --from names; None is the pinned commit. Raises PaperbenchError."""
    if named is None:
        return PinnedCommit()
    if "://" in named:
        return Server(named)
    if not Path(named).is_dir():
        raise UsageError(f"--from {named} is neither a URL nor a folder; give upstream's data folder")
    return Folder(find_data(Path(named)))


def _id(source: Source) -> str:
    return (source.folder or "").rstrip("/").rpartition("/")[2]


def _fetched(url: str) -> bytes:
    try:
        return fetch(url)
    except UnreachableError as error:
        raise UnreachableError(
            f"{error}; try again, or give --from DIR with upstream's data folder"
        ) from None
