"""The folder where images are kept: what each file must hold, said in lock.yaml and verified on use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from runner.durable import alone_with, write_atomic
from runner.errors import PaperbenchError
from runner.images.arguments import SHORT
from runner.images.hashing import Hashes
from validators.load import load_document
from validators.models.images import BuiltImage, BuiltImages

LOCK = "lock.yaml"
_TURN = ".lock"
SIF = ".sif"
LOG = ".log"
PACKAGES = ".packages.txt"
# An image unpacked, <its stem>-<sha256>; and how the name of one that was fetched begins.
SANDBOX = ".sandbox"
FETCHED = "fetched-"
_HEAD = (
    "# yaml-language-server: $schema=../spec/v1/images.schema.json\n"
    "# Written by 'paperbench build': what this machine's images are. No build gives the same file twice.\n"
)


@dataclass(frozen=True)
class Kept:
    """One folder of images."""

    folder: Path

    def sif(self, stem: str) -> Path:
        """The file of an image."""
        return self.folder / f"{stem}{SIF}"

    def log(self, stem: str) -> Path:
        """What its build said."""
        return self.folder / f"{stem}{LOG}"

    def packages(self, stem: str) -> Path:
        """The packages in it."""
        return self.folder / f"{stem}{PACKAGES}"

    def entries(self) -> tuple[BuiltImage, ...]:
        """What lock.yaml says, which may be nothing; raises InvalidDocumentError."""
        path = self.folder / LOCK
        return load_document(path, BuiltImages).images if path.exists() else ()

    def entry(self, name: str, digest: str) -> BuiltImage | None:
        """What lock.yaml says of one image."""
        found = (entry for entry in self.entries() if (entry.name, entry.digest) == (name, digest))
        return next(found, None)

    def record(self, *entries: BuiltImage) -> None:
        """Add images to lock.yaml, or say something else of them."""
        new = {(entry.name, entry.digest) for entry in entries}
        with self._changing() as old:
            self._write([*(entry for entry in old if (entry.name, entry.digest) not in new), *entries])

    def forget(self, gone: Callable[[BuiltImage], bool]) -> None:
        """Leave images out of lock.yaml."""
        with self._changing() as old:
            self._write([entry for entry in old if not gone(entry)])

    @contextmanager
    def _changing(self) -> Iterator[tuple[BuiltImage, ...]]:
        with alone_with(self.folder / _TURN):
            yield self.entries()

    def _write(self, entries: list[BuiltImage]) -> None:
        entries.sort(key=lambda one: (one.name, one.digest))
        listed = [entry.model_dump(mode="json") for entry in entries]
        text = StringIO(_HEAD)
        text.seek(0, 2)
        yaml = YAML(typ="safe")
        yaml.default_flow_style = False
        yaml.dump({"schema": "images/v1", "images": listed}, text)
        write_atomic(self.folder / LOCK, text.getvalue().encode())


def verified(path: Path, sha256: str, hashes: Hashes, mend: str) -> None:
    """Raise PaperbenchError, with both digests and how to mend it, unless the file has this sha256."""
    found = hashes.of(path)
    if found != sha256:
        raise PaperbenchError(f"{path} has sha256 {found}, and not {sha256} as it must; {mend}")


def stem_of(entry: BuiltImage) -> str:
    """The file name of an image in lock.yaml, without its ending."""
    return f"{entry.name}-{entry.digest[:SHORT]}"
