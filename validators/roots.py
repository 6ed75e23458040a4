"""The data root on disk: what lies in it and where, looked up once and remembered for whom."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from validators.hydration import fetchable
from validators.probes import Probes

CONFIGS = Path("runner/configs")
# How the names of tar files end that an agent may hand in.
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz")
# How the name of an overlay ends, after the id of its paper.
OVERLAY = ".patch.yaml"
CONFIG_FOLDERS = {"agents": "agent/v1", "judges": "judge/v1", "sites": "site/v1", "prices": "prices/v1"}
_PATTERNS = (
    ("papers/splits.yaml", "splits/v1"),
    ("papers/waivers.yaml", "waivers/v1"),
    ("papers/*/paper.yaml", "paper/v1"),
    ("papers/*/blacklist.yaml", "blacklist/v1"),
    # Before rubrics/*.yaml, which would take it too: the first pattern that fits says the kind.
    (f"rubrics/*{OVERLAY}", "overlay/v1"),
    ("rubrics/*.yaml", "rubric/v1"),
    ("runner/configs/*.yaml", "run/v1"),
    ("sif/lock.yaml", "images/v1"),
    *((f"runner/configs/{folder}/*.yaml", kind) for folder, kind in CONFIG_FOLDERS.items()),
)
_TEXTS = ("papers/*/*.md", "papers/*/judge/*/*.md")


def find_root(start: Path) -> Path | None:
    """The nearest folder upwards that holds papers/ and rubrics/."""
    for folder in (start, *start.parents):
        if (folder / "papers").is_dir() and (folder / "rubrics").is_dir():
            return folder
    return None


class DataRoot:
    """One data root. Whatever is asked of it stands in `seen` afterwards, with the answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.probes = Probes(str(path))
        self.seen: dict[str, str] = {}
        self._read: dict[str, Any] = {}

    def documents(self) -> Iterator[str]:
        """Every file that belongs to the root, by path from it."""
        for pattern, kind in _PATTERNS:
            for path in self._matching(pattern):
                if kind != "rubric/v1" or not path.endswith(OVERLAY):
                    yield path

    def texts(self) -> Iterator[str]:
        """The texts of the papers, by path from the root."""
        for pattern in _TEXTS:
            yield from self._matching(pattern)

    def _matching(self, pattern: str) -> Iterator[str]:
        """The files that a pattern names, sorted, by path from the root."""
        folders = [""]
        *steps, last = pattern.split("/")
        for step in steps:
            folders = [
                f"{folder}{name}"
                for folder in folders
                for name in ([f"{step}/"] if step != "*" else self._names(folder))
                if name.endswith("/") and not name.startswith(".")
            ]
        for folder in folders:
            for name in self._names(folder):
                if not name.startswith(".") and fnmatchcase(name, last) and not name.endswith("/"):
                    yield folder + name

    def _names(self, folder: str) -> list[str]:
        answer = self._ask("names", folder.rstrip("/"))
        return answer.split("\n") if answer else []

    def _ask(self, kind: str, path: str) -> str:
        key = f"{kind}:{path}"
        self.seen[key] = answer = self.probes.ask(key)
        return answer

    def inside(self, path: Path) -> str:
        """The path from the root, with slashes."""
        return os.path.relpath(path, self.path).replace(os.sep, "/")

    def kind_at(self, path: Path) -> str | None:
        """The kind that a file at this place must have; None where anything may lie."""
        if not path.is_relative_to(self.path):
            return None
        inside = path.relative_to(self.path)
        for pattern, kind in _PATTERNS:
            # match() alone would take a/b/papers/splits.yaml too.
            if len(inside.parts) == pattern.count("/") + 1 and inside.match(pattern):
                return kind
        return None

    def paper_ids(self) -> list[str]:
        """The papers there are, by folder."""
        return [path.split("/")[1] for path in self._matching("papers/*/paper.yaml")]

    def config_ids(self, folder: str) -> list[str]:
        """The configs of a folder such as agents, by file name."""
        return [
            path.rsplit("/", 1)[1].removesuffix(".yaml")
            for path in self._matching(f"{CONFIGS.as_posix()}/{folder}/*.yaml")
        ]

    def fetchable(self, paper: str) -> dict[str, tuple[str, str]]:
        """What `paperbench hydrate` can bring for a paper: see validators.hydration."""
        return fetchable(self.data(self.path / "papers" / paper / "paper.yaml"))

    def is_hydrated(self, paper: str) -> bool:
        """Whether everything is here that could be fetched for the paper."""
        return all(self.is_file(self.path / place) for place in self.fetchable(paper))

    def is_kept_elsewhere(self, path: Path) -> bool:
        """Whether a file lies in the folder of a paper that has a source, where its texts are as they are."""
        top, _, rest = self.inside(path).partition("/")
        data = self.data(self.path / top / rest.partition("/")[0] / "paper.yaml") if top == "papers" else None
        return isinstance(data, dict) and data.get("source") is not None

    def is_file(self, path: Path) -> bool:
        """Whether there is a file."""
        return bool(self._ask("file", self.inside(path)))

    def names(self, folder: Path) -> tuple[str, ...]:
        """The entries of a folder, sorted; those that are folders end in /. None where there is none."""
        return tuple(self._names(self.inside(folder)))

    def digest(self, path: Path) -> str | None:
        """The sha256 of a file's bytes; None when it cannot be read."""
        return self._ask("digest", self.inside(path)) or None

    def tree(self, folder: Path) -> dict[str, int | None] | None:
        """The files below a folder with their sizes, None for what is no regular file; None for no folder."""
        lines = self._ask("tree", self.inside(folder)).split("\n")
        if lines == [""]:
            return None
        pairs = (line.split(" ", 1) for line in lines[1:])
        return {name: None if size == "-" else int(size) for size, name in pairs}

    def content(self, path: Path) -> bytes | None:
        """A file's bytes, as far as the largest document goes; None when it is not there."""
        return None if self.digest(path) is None else self.probes.contents(self.inside(path))

    def text(self, path: Path) -> str | None:
        """A file's text; None when it is not there or not UTF-8."""
        content = self.content(path)
        if content is None:
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def data(self, path: Path) -> Any:
        """What a YAML file of the root holds; None when it cannot be read."""
        inside, text = self.inside(path), self.text(path)
        if inside not in self._read:
            self._read[inside] = _plain(text, str(path))
        return self._read[inside]


def _plain(text: str | None, name: str) -> Any:
    # The cached check starts without a YAML reader, and most files need only the quick one.
    from validators.quick import quick_data  # noqa: PLC0415

    if text is None:
        return None
    quick = quick_data(text)
    if quick is not None:
        return quick
    from validators.findings import InvalidDocumentError  # noqa: PLC0415
    from validators.yaml_reader import parse_yaml  # noqa: PLC0415

    try:
        return parse_yaml(text, name).data
    except InvalidDocumentError:
        return None
