"""Rewrites status and sign-offs in the text of a rubric, and leaves every other line as it is."""

import re
from collections.abc import Iterator
from typing import Any

from runner.errors import PaperbenchError
from validators.findings import InvalidDocumentError
from validators.layout.scalars import double, is_plain
from validators.layout.source import source_of
from validators.yaml_reader import Parsed, parse_yaml

SignOff = dict[str, Any]
_KEY = "sign_offs"
_STATUS = re.compile(r"(['\"]?)(?:draft|in_review|signed_off)\1")


def with_sign_offs(text: str, name: str, status: str, sign_offs: list[SignOff]) -> str:
    """The rubric's text, whose lines end in LF, with this status and these sign-offs.

    The sign-offs are those it has, in order, and new ones after them. Comments inside one that changes are
    put above it. Raises PaperbenchError where the text is not laid out a key a line.
    """
    head = _Head(text, parse_yaml(text, name))
    old = head.parsed.data
    wanted = old | {"status": status, _KEY: sign_offs}
    sections = [head.section] if old.get(_KEY, []) == sign_offs else _sections(head, sign_offs)
    for section in sections:
        written = head.written(status, section)
        if _data(written, name) == wanted:
            return written
    raise PaperbenchError(f"{name} is not laid out a key a line; run 'paperbench rubric fmt' on it first")


def _data(text: str, name: str) -> Any:
    try:
        found = parse_yaml(text, name).data
    except InvalidDocumentError:
        return None
    return {_KEY: [], **found} if isinstance(found, dict) else None


class _Head:
    """The lines of a rubric, and where in them its status and its sign-offs stand, from 0."""

    def __init__(self, text: str, parsed: Parsed) -> None:
        self.parsed = parsed
        self.lines = text.split("\n")
        source = source_of(text)
        self.comments = [(source.line(comment.offset), comment.text) for comment in source.comments]
        self.start = self.end = self._end("status")
        if (_KEY,) in parsed.keys:
            self.start, self.end = parsed.keys[_KEY,][0] - 1, self._end(_KEY)

    @property
    def section(self) -> list[str]:
        """The lines of the sign-offs."""
        return self.lines[self.start : self.end]

    def written(self, status: str, section: list[str]) -> str:
        """The text with another status and other lines for the sign-offs."""
        end = self.end if section else self._below_indented(self.end)
        lines = [*self.lines[: self.start], *section, *self.lines[end:]]
        line, column = self.parsed.place(("status",))
        # The status may stand below the sign-offs.
        line += len(section) - (end - self.start) if line > end else 0
        before, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
        if self.parsed.data["status"] != status:
            lines[line - 1] = before + _STATUS.sub(status, rest, count=1)
        return "\n".join(lines)

    def _end(self, key: str) -> int:
        """Where a key's lines end: at the next key, less what stands above that."""
        start = self.parsed.keys[key,][0] - 1
        tops = [place[0] - 1 for where, place in self.parsed.keys.items() if len(where) == 1]
        return self.trimmed(start, min((line for line in tops if line > start), default=len(self.lines)))

    def _below_indented(self, end: int) -> int:
        """The end of the indented comments below, which speak of what stands above them."""
        found = end
        for number, line in enumerate(self.lines[end:], end + 1):
            if line.strip() and not re.match(r"\s+#", line):
                break
            found = number if line.strip() else found
        return found

    def trimmed(self, start: int, end: int) -> int:
        """The end without blank lines and comments before it."""
        while end > start + 1 and (not (line := self.lines[end - 1].strip()) or line.startswith("#")):
            end -= 1
        return end

    def remarks(self, start: int, end: int) -> list[str]:
        """The comments in these lines, each on a line of its own."""
        return [f"  {comment}" for line, comment in self.comments if start <= line < end]


def _sections(head: _Head, new: list[SignOff]) -> Iterator[list[str]]:
    """Lines for the sign-offs: with those that stay as they are written, and with all written anew."""
    if not new:
        yield []
        return
    old = head.parsed.data.get(_KEY, [])
    starts = [head.parsed.place((_KEY, number))[0] - 1 for number in range(len(old))]
    if starts and head.start < starts[0] and len(set(starts)) == len(starts):
        yield _by_item(head, starts, new)
    remarks = head.remarks(head.start, head.end)
    yield [f"{_KEY}:", *remarks, *(line for one in new for line in _item(one))]


def _by_item(head: _Head, starts: list[int], new: list[SignOff]) -> list[str]:
    made = head.lines[head.start : starts[0]]
    for number, (start, following) in enumerate(zip(starts, [*starts[1:], head.end], strict=True)):
        end = head.trimmed(start, following)
        if head.parsed.data[_KEY][number] == new[number]:
            made += head.lines[start:end]
        else:
            made += [*head.remarks(start, end), *_item(new[number])]
        made += head.lines[end:following]
    return [*made, *(line for one in new[len(starts) :] for line in _item(one))]


def _item(one: SignOff) -> Iterator[str]:
    """The lines of one sign-off."""
    for number, (key, value) in enumerate(one.items()):
        start = "    " if number else "  - "
        if isinstance(value, dict):
            yield f"{start}{key}:"
            yield from (f"      {_scalar(path)}: {_scalar(digest)}" for path, digest in value.items())
        else:
            yield f"{start}{key}: {_scalar(value)}"


def _scalar(text: str) -> str:
    return text if is_plain(text) else double(text)
