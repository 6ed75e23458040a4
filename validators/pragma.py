"""The comment by which an editor finds a document's schema."""

import os
import posixpath
from pathlib import Path

from validators.kinds import SPEC, schema_path

START = "# yaml-language-server:"
_SCHEMA = f"{START} $schema="


def editor_line(path: Path, root: Path | None, kind: str) -> str:
    """The line for a file of that kind: its schema is to lie under spec/v1 of its data root, else ours."""
    return f"{_SCHEMA}{Path(os.path.relpath(schema_file(root, kind), path.parent)).as_posix()}"


def schema_file(root: Path | None, kind: str) -> Path:
    """Where the schema of a kind is looked for; it need not be there."""
    return (root / "spec" / "v1" if root is not None else SPEC) / schema_path(kind).name


def said_schema(text: str) -> str | None:
    """The schema that the first line names to an editor; None where it names none."""
    # No split: it would copy a megabyte to look at a line.
    end = text.find("\n")
    line = text[: end if end >= 0 else None].removeprefix("\ufeff").rstrip()
    return line.removeprefix(_SCHEMA) if line.startswith(_SCHEMA) else None


def wanted_line(said: str | None, line: str, *, is_there: bool) -> str | None:
    """The line to write where a file names the schema `said`; None where that is as good.

    `line` is the one for a file of that kind and place, and `is_there` tells whether its schema is: where it
    is not, any path to a schema of that name is as good, and none is, too.
    """
    wanted = line.removeprefix(_SCHEMA)
    if is_there:
        return None if said is not None and posixpath.normpath(said) == wanted else line
    if said is None or posixpath.basename(said) == posixpath.basename(wanted):
        return None
    return f"{_SCHEMA}{posixpath.join(posixpath.dirname(said), posixpath.basename(wanted))}"
