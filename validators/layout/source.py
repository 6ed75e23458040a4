"""A YAML text, the events of its parser, and the comments that stand between them."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from _ruamel_yaml import CParser
from ruamel.yaml import YAML, events
from ruamel.yaml.error import YAMLError

_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\n]*)?")
_COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True)
class Comment:
    """One comment up to the end of its line; offset and column of its #, both from 0."""

    offset: int
    column: int
    text: str
    after: str
    """What stands before it on its line, scalars and white space included."""

    @property
    def alone(self) -> bool:
        """Whether it has the line for itself, but for signs that open what follows."""
        return self.after.strip() in ("", "?", "---", "...")


@dataclass(frozen=True)
class Source:
    """A text that the parser takes; in `bare` everything but the structure's own signs is blank."""

    text: str
    events: tuple[Any, ...]
    lines: tuple[int, ...]
    comments: tuple[Comment, ...]
    bare: str

    def offset(self, mark: Any) -> int:
        """The offset of a parser's mark."""
        return self.lines[int(mark.line)] + int(mark.column)

    def line(self, offset: int) -> int:
        """The line of an offset, from 0."""
        return bisect_right(self.lines, offset) - 1

    def dash(self, offset: int, column: int) -> int:
        """The first dash of a list in that column, from the offset on."""
        while (offset := self.bare.index("-", offset)) - self.lines[self.line(offset)] != column:
            offset += 1
        return offset

    def begins_line(self, offset: int) -> bool:
        """Whether nothing but white space stands before the offset on its line."""
        return not self.text[self.lines[self.line(offset)] : offset].strip()

    def blank_above(self, offset: int) -> bool:
        """Whether the offset's line follows a blank one."""
        line = self.line(offset)
        return line > 0 and not self.text[self.lines[line - 1] : self.lines[line]].strip()


def source_of(text: str) -> Source:
    """The text (its lines end in LF) with events and comments; for texts that parse."""
    lines = (0, *accumulate(len(line) + 1 for line in text.split("\n")))
    found = _events(text)
    comments: list[Comment] = []
    bare: list[str] = []
    cursor = 0
    for start, end, style in _scalars(found, lines):
        comments.extend(_comments(text, lines, cursor, start))
        bare.append(_COMMENT.sub(_blank, text[cursor:start]))
        header = _HEADER.match(text, start) if style in ("|", ">") else None
        if header and header[1]:
            comments.append(_comment(text, lines, header.start(1), header[1]))
        bare.append(" " * (end - start))
        cursor = end
    comments.extend(_comments(text, lines, cursor, len(text)))
    bare.append(_COMMENT.sub(_blank, text[cursor:]))
    return Source(text, found, lines, tuple(comments), "".join(bare))


def _events(text: str) -> tuple[Any, ...]:
    # As in the reader: the quick parser refuses some of YAML 1.2.
    with suppress(YAMLError):
        return tuple(_quick(text))
    return tuple(YAML(typ="safe", pure=True).parse(text))


def _quick(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while not isinstance(event := parser.get_event(), events.StreamEndEvent):
        yield event


def _scalars(found: tuple[Any, ...], lines: tuple[int, ...]) -> Iterator[tuple[int, int, str | None]]:
    for event in found:
        if isinstance(event, events.ScalarEvent):
            start, end = event.start_mark, event.end_mark
            at = lines[start.line] + start.column, lines[end.line] + end.column
            if at[0] < at[1]:
                yield *at, event.style


def _comments(text: str, lines: tuple[int, ...], start: int, end: int) -> Iterator[Comment]:
    for match in _COMMENT.finditer(text, start, end):
        yield _comment(text, lines, match.start(), match.group())


def _comment(text: str, lines: tuple[int, ...], offset: int, words: str) -> Comment:
    line = lines[bisect_right(lines, offset) - 1]
    return Comment(offset, offset - line, words.rstrip(), text[line:offset])


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
