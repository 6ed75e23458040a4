"""The comment by which an editor finds a document's schema."""

import os
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
    """Whether the line is the editor's, and names the schema of that kind; it may be this checkout's."""
    if line == editor_line(path, root, kind):
        return True
    named = path.parent / line.removeprefix(_SCHEMA)
    return line.startswith(_SCHEMA) and named.is_file() and named.samefile(schema_path(kind))
