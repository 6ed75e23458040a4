"""What a rule is: a code, a severity, and one generator function whose docstring is its page."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Severity
from validators.roots import DataRoot

# A path inside the root, a message, and the line if any is meant.
Stray = tuple[str, str] | tuple[str, str, int]


class Note(NamedTuple):
    """Something that a rule could not look at, such as quotes of a paper whose text is not there."""

    what: str
    number: int


class Rule(NamedTuple):
    """A rule about one document; no kinds: about every document."""

    code: str
    kinds: tuple[str, ...]
    check: Callable[[Document], Iterator[Fault | Note]] | Callable[[Document], Iterator[Fault]]
    severity: Severity = "error"


class TextRule(NamedTuple):
    """A rule about the text of a document or of a paper; it yields offsets, each with a message.

    Of texts that are kept elsewhere and pinned there, `own_only` asks nothing: nobody here can mend them.
    """

    code: str
    check: Callable[[str], Iterator[tuple[int, str]]]
    severity: Severity = "error"
    own_only: bool = False


class FolderRule(NamedTuple):
    """A rule about the folders of a data root; it yields paths inside the root, each with a message."""

    code: str
    check: Callable[[DataRoot], Iterator[Stray]]
    severity: Severity = "error"


class Page(NamedTuple):
    """A code that the reader or the schema gives; there is no function, only its page."""

    code: str
    text: str
    severity: Severity = "error"


Entry = Rule | TextRule | FolderRule | Page


def page(entry: Entry) -> str:
    """The entry's page: a first line, then why, mend and example."""
    # A check needs no page, and does without its imports.
    from inspect import cleandoc  # noqa: PLC0415

    return cleandoc(entry.text if isinstance(entry, Page) else entry.check.__doc__ or "")


def listed(entry: Entry) -> str:
    """One line: the entry's code, its severity, and what it asks for."""
    return f"{entry.code} ({entry.severity}): {page(entry).splitlines()[0]}"


def explained(entry: Entry) -> str:
    """The entry's page under its code, with its severity."""
    return f"{entry.code}: {page(entry)}\n\nSeverity: {entry.severity}"
