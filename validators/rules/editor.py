"""The rule about the comment by which an editor finds a document's schema."""

import posixpath
from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.kinds import schema_path
from validators.pragma import START, editor_line
from validators.words import shown

_SCHEMA = f"{START} $schema="


def editor_finds_schema(document: Document) -> Iterator[Fault]:
    """The first line of a document tells an editor its schema, the one of its kind.

    Why: with it an editor completes keys and shows faults as one types; with that of another kind it shows
    wrong ones. Where the data root holds no spec/v1, the line may be missing and its path may be any.
    Mend: write the line that the message gives, or let `paperbench check --fix` write it.
    Example:
        # yaml-language-server: $schema=../spec/v1/paper.schema.json     # in rubrics/heavy-ball.yaml
    """
    root = document.root
    if root is None or not document.placed:
        return
    schema = schema_path(document.kind).name
    # No split: it would copy a megabyte to look at a line.
    line = document.text[: document.text.find("\n") + 1].removeprefix("\ufeff").rstrip()
    said = line.removeprefix(_SCHEMA) if line.startswith(_SCHEMA) else None
    if not root.is_file(root.path / "spec" / "v1" / schema):
        if said is not None and posixpath.basename(said) != schema:
            wanted = editor_line(document.path, root.path, document.kind)
            message = f"the editor's schema {shown(said)} is of another kind; write {wanted}"
            yield Fault((), message, at=(1, 1))
        return
    wanted = editor_line(document.path, root.path, document.kind)
    if said is None:
        yield Fault((), f"no line for the editor at the top; write {wanted}", at=(1, 1))
    elif f"{_SCHEMA}{posixpath.normpath(said)}" != wanted:
        yield Fault((), f"the editor's schema {shown(said)} is not this file's; write {wanted}", at=(1, 1))
