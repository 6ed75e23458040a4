"""The data root on disk: what lies in it and where, looked up once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from validators.findings import InvalidDocumentError
from validators.yaml_reader import read_yaml

CONFIGS = Path("runner/configs")
CONFIG_FOLDERS = {"agents": "agent/v1", "judges": "judge/v1", "sites": "site/v1", "prices": "prices/v1"}
_PATTERNS = (
    ("papers/splits.yaml", "splits/v1"),
    ("papers/*/paper.yaml", "paper/v1"),
    ("papers/*/blacklist.yaml", "blacklist/v1"),
    ("rubrics/*.yaml", "rubric/v1"),
    ("runner/configs/*.yaml", "run/v1"),
    *((f"runner/configs/{folder}/*.yaml", kind) for folder, kind in CONFIG_FOLDERS.items()),
)


def find_root(start: Path) -> Path | None:
    """The nearest folder upwards that holds papers/ and rubrics/."""
    for folder in (start, *start.parents):
        if (folder / "papers").is_dir() and (folder / "rubrics").is_dir():
            return folder
    return None


@dataclass(frozen=True)
class DataRoot:
    """One data root; what is looked up is kept, since many rules ask the same."""

    path: Path
    _read: dict[Path, Any] = field(default_factory=dict, compare=False)
    _words: dict[Path, str | None] = field(default_factory=dict, compare=False)

    def documents(self) -> Iterator[tuple[Path, str]]:
        """Every file that belongs to the root, with the kind its place asks for; overlays are left out."""
        for pattern, kind in _PATTERNS:
            for path in sorted(self.path.glob(pattern)):
                if not path.name.endswith(".patch.yaml"):
                    yield path, kind

    def kind_at(self, path: Path) -> str | None:
        """The kind that a file at this place must have; None where anything may lie."""
        if not path.is_relative_to(self.path) or path.name.endswith(".patch.yaml"):
            return None
        inside = path.relative_to(self.path)
        for pattern, kind in _PATTERNS:
            # match() alone would take a/b/papers/splits.yaml too.
            if len(inside.parts) == len(Path(pattern).parts) and inside.match(pattern):
                return kind
        return None

    def paper_ids(self) -> list[str]:
        """The papers there are, by folder."""
        return sorted(path.parent.name for path in self.path.glob("papers/*/paper.yaml"))

    def config_ids(self, folder: str) -> list[str]:
        """The configs of a folder such as agents, by file name."""
        return sorted(path.stem for path in (self.path / CONFIGS / folder).glob("*.yaml"))

    def data(self, path: Path) -> Any:
        """What a YAML file of the root holds; None when it cannot be read."""
        if path not in self._read:
            try:
                self._read[path] = read_yaml(path).data
            except (OSError, InvalidDocumentError):
                self._read[path] = None
        return self._read[path]

    def words(self, path: Path) -> str | None:
        """A text with every run of white space as one blank; None when it is not there."""
        if path not in self._words:
            try:
                self._words[path] = " ".join(path.read_text(encoding="utf-8").split())
            except (OSError, UnicodeDecodeError):
                self._words[path] = None
        return self._words[path]
