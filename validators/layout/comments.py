"""Gives every comment the entry it stands by, so that it moves with it and with nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from validators.findings import Location
from validators.layout.nodes import Collection, Entry, Node, Scalar, walk
from validators.layout.source import Comment, Source
from validators.pragma import START


@dataclass(frozen=True)
class Comments:
    """Comments by the entry they stand above or beside, or by the collection they end; "" is a blank line."""

    head: list[str] = field(default_factory=list)
    above: dict[Location, list[str]] = field(default_factory=dict)
    beside: dict[Location, Comment] = field(default_factory=dict)
    below: dict[Location, list[str]] = field(default_factory=dict)

    def touched(self) -> set[Location]:
        """Every entry with a comment by it or in it."""
        own = {*self.beside, *self.below, *(where for where, lines in self.above.items() if any(lines))}
        return {where[:length] for where in own for length in range(len(where) + 1)}


def comments_of(source: Source, root: Node) -> Comments:
    """Every comment and every blank line of the source, by entry."""
    placed = _Placing(source, root)
    for comment in source.comments:
        placed.add(comment)
    return placed.done()


class _Placing:
    """Comments are added in the order of the text."""

    def __init__(self, source: Source, root: Node) -> None:
        self._source = source
        self._entries = list(walk(root))
        self._found = Comments()
        self._collections: dict[Location, Collection] = {}
        if isinstance(root, Collection):
            self._collections[()] = root
        for entry in self._entries:
            if isinstance(entry.node, Collection):
                self._collections[entry.location] = entry.node
        self._next = 0
        self._deepest: tuple[int, int] = (-1, 0)

    def add(self, comment: Comment) -> None:
        while self._next < len(self._entries) and self._entries[self._next].start < comment.offset:
            self._enter(self._entries[self._next])
        before = self._entries[self._next - 1] if self._next else None
        after = self._entries[self._next] if self._next < len(self._entries) else None
        blank = [""] if comment.alone and self._source.blank_above(comment.offset) else []
        if before is None:
            self._found.head.extend([*blank, comment.text])
        elif not comment.alone:
            self._beside(before, comment)
        else:
            self._alone(before, after, comment, [*blank, comment.text])

    def done(self) -> Comments:
        while self._next < len(self._entries):
            self._enter(self._entries[self._next])
        self._split_head()
        return self._found

    def _enter(self, entry: Entry) -> None:
        """Go on to the next entry; a blank line above it is the last thing above it."""
        self._next += 1
        if self._source.begins_line(entry.start) and self._source.blank_above(entry.start):
            self._above(entry.location, [""])

    def _above(self, where: Location, lines: Iterable[str]) -> None:
        self._found.above.setdefault(where, []).extend(lines)

    def _beside(self, entry: Entry, comment: Comment) -> None:
        where, start = entry.location, entry.start
        while (around := self._collections[where[:-1]]).flow and around.end <= comment.offset:
            where, start = where[:-1], around.start
            if not where:
                self._found.below.setdefault((), []).append(comment.text)
                return
        if where in self._found.beside:
            self._above(where, [comment.text])
        elif self._source.line(start) == self._source.line(comment.offset):
            self._found.beside[where] = comment
        else:
            self._found.beside[where] = replace(comment, column=0)

    def _alone(self, before: Entry, after: Entry | None, comment: Comment, lines: list[str]) -> None:
        node = before.node
        unread = isinstance(node, Scalar) and node.start is not None and node.start > comment.offset
        empty = isinstance(node, Collection) and not node.entries and node.end > comment.offset
        if unread or empty:
            self._above(before.location, lines)
            return
        home = self._closed_around(before, after, comment)
        if home is not None:
            self._found.below.setdefault(home, []).extend(lines)
        elif after is not None:
            self._above(after.location, lines)
        else:
            self._found.below.setdefault((), []).extend(lines)

    def _closed_around(self, before: Entry, after: Entry | None, comment: Comment) -> Location | None:
        """The collection that ends after the comment and before the next entry, by the comment's column."""
        chain = [before.location[:length] for length in range(len(before.location) - 1, -1, -1)]
        closed = [where for where in chain if after is None or not _holds(where, after)]
        for where in closed:
            around = self._collections[where]
            if around.flow and around.start < comment.offset < around.end:
                return where
        if comment.after.strip():
            return None
        blocks = [
            where
            for where in closed
            if not self._collections[where].flow and self._reaches(where, comment, after)
        ]
        columns = [self._collections[where].column for where in blocks]
        home = blocks[len(columns) - 1 - columns[::-1].index(max(columns))] if blocks else None
        self._deepest = (self._next, len(home) if home is not None else -1)
        return home

    def _reaches(self, where: Location, comment: Comment, after: Entry | None) -> bool:
        """Whether the column lies in the block, right of what follows, and no comment before lay outside."""
        at, depth = self._deepest
        if at == self._next and len(where) > depth:
            return False
        column = self._collections[where].column
        if after is None:
            return column <= comment.column
        return self._collections[after.location[:-1]].column < comment.column and column <= comment.column

    def _split_head(self) -> None:
        """Leave what stands right above the first key to that key, unless it is first in every layout."""
        head = self._found.head
        first = self._entries[0].location if self._entries else ("schema",)
        if first == ("schema",) or "" in self._found.above.get(first, ()):
            return
        own = 0
        while own < len(head) and head[-1 - own] and not head[-1 - own].startswith(START):
            own += 1
        self._found.above.setdefault(first, [])[:0] = head[len(head) - own :]
        del head[len(head) - own :]


def _holds(where: Location, entry: Entry) -> bool:
    return len(entry.location) > len(where) and entry.location[: len(where)] == where
