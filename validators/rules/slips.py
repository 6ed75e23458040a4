"""Rules about slips of the pen in what people write: TODO marks, lost backslashes, cut lines, conflicts."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, islice
from typing import Any

from validators.documents import TEXT, Document
from validators.faults import Fault
from validators.findings import Location
from validators.quick_text import is_absent
from validators.rules.names import paths_of
from validators.texts import line_and_column
from validators.words import is_todo, shown
from validators.yaml_words import LATEX

# At the start of a line of Markdown (heading, quote, list, emphasis, comment), or with a colon anywhere.
_TODO_LINE = r"(?m)^[ \t#>*+_`0-9.)<!\[\]-]{0,40}(TODO)\b|\b(TODO):"
_CONFLICT = r"(?m)^<{7} "
# An escape for a sign that no text of ours has. Its backslash is not the second of a pair.
_ODD = r"(?:^|[^\\])(?:\\\\)*\\"
_BAD = r"(?:[0abtvferxuULNP_\t]|n[a-z])"
_ESCAPE = _ODD + _BAD
_PAIRS = rf"\\(?:\\|({_BAD}))"
_PATTERN_SIGNS = "[\t\r]"
_SIGN = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]"
# What is left of a command whose n was read as a line break, and of \_, which is a blank of fixed width.
_REST = r"(?:abla|u|eq|ot|otin|eg|leq|geq|mid|subseteq|exists)(?![A-Za-z])"
_PERHAPS = r"(?:^|[ $({\[^_=,+*/|<>&-])(?P<sign>\n)(?=" + _REST + r")|\xa0"
_ESCAPED = _ODD + "(?:n" + _REST + "|_)"
_QUOTED = r'(?s)"(?:[^"\\]++|\\.)*+"'
_SPELT = {
    "\t": "t", "\r": "r", "\n": "n", "\b": "b", "\f": "f", "\a": "a", "\v": "v", "\x1b": "e", "\0": "0",
    "\x85": "N", "\u2028": "L", "\u2029": "P", "\xa0": "_",
}  # fmt: skip
_CUT = r"(?<=[^ \n#]) #(?=[^ #!\n])"
_ANY_CUT = r"[^ \n#] #[^ #!\n]"
_MOST = 20
# A text in quotes is no longer and has no more quotes in it; of more escapes, all data is looked at.
_LONGEST, _MOST_QUOTES, _MOST_LOOKS, _INDENT = 20_000, 200, 2_000, 200


def nothing_is_left_to_do(document: Document) -> Iterator[Fault]:
    """No TODO is left: no value is TODO or begins with it, and no line of a text that the paper lists.

    Why: `paperbench rubric new` leaves the mark where somebody has to write; an agent would be given it as a
    part of the task. The texts of a paper with a `source` are as they are there.
    Mend: write what the mark asks for, or remove the line.
    Example:
        TODO: what an attempt needs to know that the paper leaves open
    """
    if is_absent(document.text, "TODO"):
        return
    if document.kind != TEXT:
        for where, text in _strings(document.data):
            if is_todo(text):
                yield Fault(where, f"{shown(text)} is left to do; write it")
    elif _is_own(document):
        for match in islice(re.finditer(_TODO_LINE, document.text), _MOST):
            at = line_and_column(document.text, match.start(match.lastindex or 0))
            yield Fault((), "this is left to do; write it, or remove the line", at=at)


def backslash_is_kept(document: Document) -> Iterator[Fault]:
    r"""No text holds a sign that is the rest of a backslash in double quotes.

    Why: in double quotes \t is a tab and \n a line break, so "\theta" is read as a tab and heta, and nobody
    who looks at the file sees that. Control characters are found, and a line break or a blank of fixed width
    where the file spells a command of LaTeX (\nabla, \nu, \_). A check may look for tabs.
    Mend: write LaTeX in single quotes or without quotes; in double quotes a backslash is written twice.
    Example:
        requirement: "The step \theta is 0.1."
    """
    if is_absent(document.text, _ESCAPE) or not _may_be_quoted(document.text):
        return
    quoted = _Quoted(document)
    for where, text in _strings(document.data):
        sign = re.search(_SIGN, re.sub(_PATTERN_SIGNS, " ", text) if "check" in where else text)
        if sign is None and (perhaps := re.search(_PERHAPS, text)) is not None and quoted.is_escaped(where):
            sign = perhaps
        if sign is not None:
            yield Fault(where, f"{_read_as(document, text, sign.end() - 1)}; {LATEX}")


def _may_be_quoted(text: str) -> bool:
    """Whether any such escape may stand in double quotes; elsewhere LaTeX is common, and harmless."""
    escapes = (match.start() for match in re.finditer(_PAIRS, text) if match[1])
    return any(number == _MOST_LOOKS or _follows_opening(text, at) for number, at in enumerate(escapes))


def _follows_opening(text: str, at: int) -> bool:
    """Whether the quote before it may open a value."""
    for _ in range(_MOST_QUOTES):
        at = text.rfind('"', max(at - _LONGEST, 0), at)
        if at < 1:
            return at == 0
        if text[at - 1] != "\\":
            return text[max(at - _INDENT, 0) : at].rstrip()[-1:] in ("", *":,[{-")
    return True


class _Quoted:
    """The texts in double quotes of a document, as they are spelt."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self._document.text.split("\n"))]

    def is_escaped(self, where: Location) -> bool:
        """Whether the value stands in double quotes with an escape that may be the rest of a command."""
        line, column = self._document.place(where)
        quoted = re.compile(_QUOTED).match(self._document.text, self._starts[line - 1] + column - 1)
        return quoted is not None and re.search(_ESCAPED, quoted[0]) is not None


def _read_as(document: Document, text: str, at: int) -> str:
    code, letters = f"U+{ord(text[at]):04X}", re.match("[A-Za-z]*", text[at + 1 :])
    spelt = f"\\{_SPELT.get(text[at], 'x')}{letters[0] if letters else ''}"
    if spelt in document.text:
        return f"'{spelt}' in double quotes is read as {code} and what follows"
    return f"a control character, {code}, stands in the text; leave it out"


def text_is_not_cut(document: Document) -> Iterator[Fault]:
    """No text without quotes ends at a # that was meant as a part of it.

    Why: a # after a blank begins a comment, and what follows is lost without a word. A comment that is meant
    has a blank after its #.
    Mend: put the text in quotes; or write a blank after the # of a comment.
    Example:
        requirement: The runs of table #2 are repeated.     # read as 'The runs of table'
    """
    if is_absent(document.text, _ANY_CUT):
        return
    # A good document never needs it.
    from validators.yaml_reader import ends_of_plain_texts  # noqa: PLC0415

    message = "the text ends before this #, which begins a comment; put the text in quotes"
    ends = ends_of_plain_texts(document.text)
    for number, line in enumerate(document.text.split("\n"), 1):
        for match in re.finditer(_CUT, line):
            if (number, match.start() + 1) in ends:
                at = (number, match.start() + len(" #"))
                yield Fault((), f"{message}, or write a blank after the #", at=at)


def no_conflict(text: str) -> Iterator[tuple[int, str]]:
    """No merge conflict is left in a text.

    Why: both sides of it would be given to every agent.
    Mend: keep one side, and remove the marks.
    Example:
        <<<<<<< HEAD
    """
    if not is_absent(text, "<{7} ") and (mark := re.search(_CONFLICT, text)) is not None:
        yield mark.start(), "a merge conflict stands here; resolve it"


def _is_own(document: Document) -> bool:
    """Whether a paper that is not kept elsewhere lists the text."""
    root = document.root
    parts = root.inside(document.path).split("/", 2) if root is not None else []
    if root is None or parts[0] != "papers" or len(parts) != len(("papers", "paper", "text")):
        return False
    listed = paths_of(root.data(root.path / "papers" / parts[1] / "paper.yaml"))
    return parts[2] in listed and not root.is_kept_elsewhere(document.path)


def _strings(data: Any) -> Iterator[tuple[Location, str]]:
    """Every text in the data with its location."""
    stack: list[tuple[Location, Any]] = [((), data)]
    while stack:
        where, value = stack.pop()
        if isinstance(value, str):
            yield where, value
        elif isinstance(value, dict):
            stack.extend(((*where, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            stack.extend(((*where, number), inner) for number, inner in enumerate(value))
