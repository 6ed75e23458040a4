"""What a rule is: a code, a severity, and one generator function whose docstring is its page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Severity
from validators.roots import DataRoot

Stray = tuple[str, str]


@dataclass(frozen=True)
class Note:
    """Something that a rule could not look at, such as quotes of a paper whose text is not there."""

    what: str
    count: int


@dataclass(frozen=True)
class Rule:
    """A rule about one document; no kinds: about every document."""

    code: str
    kinds: tuple[str, ...]
    check: Callable[[Document], Iterator[Fault | Note]] | Callable[[Document], Iterator[Fault]]
    severity: Severity = "error"


@dataclass(frozen=True)
class TextRule:
    """A rule about the text of a document or of a paper; it yields offsets, each with a message."""

    code: str
    check: Callable[[str], Iterator[tuple[int, str]]]
    severity: Severity = "error"


@dataclass(frozen=True)
class FolderRule:
    """A rule about the folders of a data root; it yields paths inside the root, each with a message."""

    code: str
    check: Callable[[DataRoot], Iterator[Stray]]
    severity: Severity = "error"


@dataclass(frozen=True)
class Page:
    """A code that the reader or the schema gives; there is no function, only its page."""

    code: str
    text: str
    severity: Severity = "error"


Entry = Rule | TextRule | FolderRule | Page


def page(entry: Entry) -> str:
    """The entry's page: a first line, then why, mend and example."""
    return cleandoc(entry.text if isinstance(entry, Page) else entry.check.__doc__ or "")


def listed(entry: Entry) -> str:
    """One line: the entry's code, its severity, and what it asks for."""
    return f"{entry.code} ({entry.severity}): {page(entry).splitlines()[0]}"


def explained(entry: Entry) -> str:
    """The entry's page under its code, with its severity."""
    return f"{entry.code}: {page(entry)}\n\nSeverity: {entry.severity}"
