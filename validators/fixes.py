"""Mends what is mechanical in documents: the editor line, the layout, URLs, and digests on request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validators.digest import sha256_file
from validators.documents import kind_of
from validators.files import files_of
from validators.findings import InvalidDocumentError, Location
from validators.layout.document import LayoutError, laid_out
from validators.pragma import START, editor_line, said_schema, schema_file, wanted_line
from validators.report import shown
from validators.roots import DataRoot
from validators.texts import read_text
from validators.urls import normal_url
from validators.writing import ChangedMeanwhileError, write_atomically
from validators.yaml_reader import parse_yaml


@dataclass(frozen=True)
class Mended:
    """What was mended in one file."""

    file: str
    what: tuple[str, ...]

    def __str__(self) -> str:
        """As a line of output."""
        return f"{self.file}: {'; '.join(self.what)}"


def fix_files(paths: Iterable[Path], root: Path | None, *, digests: bool) -> Iterator[Mended]:
    """Mend the files, those below folders and the documents of data roots; what cannot be read stays.

    Each file is replaced whole or not at all, and told as soon as it is; one that fails keeps nobody from
    the others.
    """
    for path, home in files_of(paths, root).items():
        if path.suffix == ".jsonl":
            continue
        try:
            mended = _fix(path, home, digests=digests)
        except ChangedMeanwhileError:
            mended = Mended(shown(path), ("not mended, it was changed meanwhile",))
        except (LayoutError, OSError) as error:
            said = str(error).removeprefix(f"{shown(path)}: ")
            mended = Mended(shown(path), (f"not mended, {' '.join(said.split())}",))
        if mended.what:
            yield mended


def _fix(path: Path, home: DataRoot | None, *, digests: bool) -> Mended:
    name = shown(path)
    expected = home.kind_at(path) if home is not None else None
    try:
        text = read_text(path, name)
        data = parse_yaml(text, name).data
    except InvalidDocumentError:
        return Mended(name, ())
    kind, faults = kind_of(data, expected)
    if kind is None or faults:
        return Mended(name, ())
    urls = dict(_urls(data)) if kind == "blacklist/v1" else {}
    sums = dict(_digests(data, path.parent)) if digests and kind == "paper/v1" else {}
    pragma = _missing_line(text, path, home, kind)
    written = laid_out(text, name, expected=expected, changes=urls | sums, pragma=pragma)
    if written == text:
        return Mended(name, ())
    what = ["wrote the editor line"] if pragma else []
    what += ["layout"] if laid_out(text, name, expected=expected) != text else []
    what += [f"wrote {url}" for url in urls.values()]
    what += [f"wrote the sha256 of {data['files'][where[1]]['path']}" for where in sums]
    write_atomically(path, written.encode(), before=text.encode())
    return Mended(name, tuple(what))


def _missing_line(text: str, path: Path, home: DataRoot | None, kind: str) -> str | None:
    """The editor line to write; None where a good one stands at the top, alone."""
    root = home.path if home is not None else None
    line, there = editor_line(path, root, kind), schema_file(root, kind).is_file()
    if there and text.count(f"\n{START}"):
        return line
    return wanted_line(said_schema(text), line, is_there=there)


def _entries(data: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    listed = data.get(key)
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield number, entry


def _urls(data: Any) -> Iterator[tuple[Location, str]]:
    for number, entry in _entries(data, "entries"):
        url = entry.get("url")
        if isinstance(url, str) and normal_url(url) != url:
            yield ("entries", number, "url"), normal_url(url)


def _digests(data: Any, folder: Path) -> Iterator[tuple[Location, str]]:
    for number, entry in _entries(data, "files"):
        path, said = entry.get("path"), entry.get("sha256")
        if not isinstance(path, str) or not isinstance(said, str) or not (folder / path).is_file():
            continue
        if (found := sha256_file(folder / path)) != said:
            yield ("files", number, "sha256"), found
