"""The rule about the comment by which an editor finds a document's schema."""

from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.pragma import editor_line, said_schema, schema_file, wanted_line
from validators.words import shown


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
    said = said_schema(document.text)
    there = root.is_file(schema_file(root.path, document.kind))
    wanted = wanted_line(said, editor_line(document.path, root.path, document.kind), is_there=there)
    if wanted is not None:
        what = "no line for the editor at the top" if said is None else f"the editor's schema {shown(said)}"
        why = "" if said is None else " is not this file's" if there else " is of another kind"
        yield Fault((), f"{what}{why}; write {wanted}", at=(1, 1))
