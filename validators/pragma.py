"""The comment by which an editor finds a document's schema."""

import os
import posixpath
from pathlib import Path

from validators.kinds import SPEC, schema_path

START = "# yaml-language-server:"
_SCHEMA = f"{START} $schema="


def editor_line(path: Path, root: Path | None, kind: str) -> str:
    """The line for a file of that kind: its schema lies under spec/v1 of its data root, else ours."""
    name = schema_path(kind).name
    spec = root / "spec" / "v1" if root is not None else SPEC
    return f"{_SCHEMA}{Path(os.path.relpath(spec / name, path.parent)).as_posix()}"


def finds_schema(line: str, path: Path, root: Path | None, kind: str) -> bool:
    """Whether the line is the editor's and names the schema of that kind: where it lies, if it does."""
    wanted = editor_line(path, root, kind).removeprefix(_SCHEMA)
    said = posixpath.normpath(line.removeprefix(_SCHEMA))
    there = (path.parent / wanted).is_file()
    return line.startswith(_SCHEMA) and (said == wanted if there else Path(said).name == Path(wanted).name)
