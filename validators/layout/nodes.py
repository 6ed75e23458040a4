"""A YAML document as nodes that remember where and how they were written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import events

from validators.findings import Location
from validators.layout.source import Source

_STYLES = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}


@dataclass(frozen=True)
class Scalar:
    """One value; start is the offset of its first character, None where nothing was written (null)."""

    data: Any
    style: str
    raw: str
    start: int | None


@dataclass(frozen=True)
class Collection:
    """A mapping or a list; column is where the entries of a block begin."""

    data: Any
    entries: tuple["Entry", ...]
    flow: bool
    column: int
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    """A key with its value, or an item of a list; its location is its place in the author's data."""

    location: Location
    start: int
    node: "Node"
    key_style: str = "plain"


Node = Scalar | Collection


def root_of(source: Source, data: Any) -> Node:
    """The document's root; data is what the reader makes of the source."""
    return _Builder(source).root(data)


def walk(node: Node) -> Iterator[Entry]:
    """Every entry in the order of the text."""
    if isinstance(node, Collection):
        for entry in node.entries:
            yield entry
            yield from walk(entry.node)


class _Builder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._events = iter(source.events)
        self._cursor = 0

    def root(self, data: Any) -> Node:
        for event in self._events:
            if not isinstance(event, events.StreamStartEvent | events.DocumentStartEvent):
                return self._node(event, (), data)
        raise ValueError("no document there")

    def _node(self, event: Any, location: Location, data: Any) -> Node:
        if isinstance(event, events.ScalarEvent):
            return Scalar(data, _STYLES[event.style], event.value, self._past(event))
        start = self._source.offset(event.start_mark)
        self._cursor = max(self._cursor, start)
        column, flow = event.start_mark.column, bool(event.flow_style)
        if isinstance(event, events.MappingStartEvent):
            entries = tuple(self._pairs(location, data))
        else:
            entries = tuple(self._items(location, data, None if flow else column))
        end = self._source.offset(next(self._events).end_mark)
        if flow:
            self._cursor = end
        return Collection(data, entries, flow, column, start, end)

    def _past(self, event: Any) -> int | None:
        """Move past a scalar; an empty one has no place that all parsers agree on."""
        start, end = (self._source.offset(mark) for mark in (event.start_mark, event.end_mark))
        if start == end:
            return None
        self._cursor = end
        return start

    def _pairs(self, location: Location, data: dict[str, Any]) -> Iterator[Entry]:
        for key, value in data.items():
            event = next(self._events)
            start = self._past(event)
            at = self._cursor if start is None else start
            here = (*location, key)
            yield Entry(here, at, self._node(next(self._events), here, value), _STYLES[event.style])

    def _items(self, location: Location, data: list[Any], column: int | None) -> Iterator[Entry]:
        for number, value in enumerate(data):
            event = next(self._events)
            here = (*location, number)
            at = self._source.offset(event.start_mark)
            if column is not None:
                at = self._source.dash(self._cursor, column)
                self._cursor = at + 1
            yield Entry(here, at, self._node(event, here, value))
