"""Which files a user means by a path."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from validators.roots import DataRoot, find_root

_ENDINGS = frozenset({".yaml", ".yml"})


def yaml_below(folder: Path) -> Iterator[Path]:
    """The YAML files below a folder, hidden ones and other people's submissions aside."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix in _ENDINGS and path.is_file() and not _skipped(parts):
            yield path


def _skipped(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part in ("submissions", "submission") for part in parts)


def files_of(paths: Iterable[Path], root: Path | None = None) -> dict[Path, DataRoot | None]:
    """The files, those below folders, and the documents of data roots, each with the root around it."""
    roots: dict[Path, DataRoot] = {}
    files: dict[Path, DataRoot | None] = {}
    for path in (given.resolve() for given in paths):
        if path.is_dir() and find_root(path) == path:
            whole = roots.setdefault(path, DataRoot(path))
            files |= dict.fromkeys((whole.path / name for name in whole.documents()), whole)
            continue
        for file in yaml_below(path) if path.is_dir() else [path]:
            home = root or find_root(file.parent)
            files[file] = roots.setdefault(home, DataRoot(home)) if home is not None else None
    return files
