"""What a rule is: a code, and one generator function whose docstring is its page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

from validators.documents import Document
from validators.faults import Fault
from validators.roots import DataRoot

Stray = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A rule about one document; no kinds: about every document."""

    code: str
    kinds: tuple[str, ...]
    check: Callable[[Document], Iterator[Fault]]


@dataclass(frozen=True)
class FolderRule:
    """A rule about the folders of a data root; it yields paths inside the root, each with a message."""

    code: str
    check: Callable[[DataRoot], Iterator[Stray]]


@dataclass(frozen=True)
class Page:
    """A code that the reader or the schema gives; there is no function, only its page."""

    code: str
    text: str


Entry = Rule | FolderRule | Page


def page(entry: Entry) -> str:
    """The entry's page: a first line, then why, mend and example."""
    return cleandoc(entry.text if isinstance(entry, Page) else entry.check.__doc__ or "")
