"""Which files a user means by a path."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from validators.roots import OVERLAY, DataRoot, find_root

_ENDINGS = frozenset({".yaml", ".yml"})
# JSON is YAML, and a .jsonl holds a document a line.
_READ = _ENDINGS | {".json", ".jsonl"}


def named(name: str, root: Path | None) -> list[Path]:
    """The file or folder of that name, or else the folder, the rubric and the overlay of that paper."""
    if Path(name).exists():
        return [Path(name)]
    home = root or find_root(Path.cwd())
    if home is None or "/" in name or not name:
        return []
    folder, rubrics = home / "papers" / name, home / "rubrics"
    files = [rubrics / f"{name}{ending}" for ending in (".yaml", OVERLAY)]
    return [*([folder] if folder.is_dir() else []), *(file for file in files if file.is_file())]


def is_checked(file: Path, root: Path | None) -> bool:
    """Whether there is anything to say of such a file: it is YAML or JSON, or the text of a paper."""
    return file.suffix in _READ or file.resolve() in texts_below(file.resolve(), root)


def texts_below(path: Path, root: Path | None) -> list[Path]:
    """The texts of papers in a folder of a data root, or the file itself if it is one."""
    home = root or find_root(path)
    texts = [home / name for name in DataRoot(home).texts()] if home is not None else []
    return [text for text in texts if text.is_relative_to(path)]


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
