"""YAML 1.2 read as plain JSON data, with the place of every key and value."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _ruamel_yaml import CParser
from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from validators.findings import Finding, InvalidDocumentError, Location, Place
from validators.limits import DEEPEST, MOST_VALUES
from validators.texts import read_text, refusal
from validators.words import shown
from validators.yaml_words import in_words

# Beyond this the second reader takes a second and more.
_SECOND_READING = 65_536

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_RADIX = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_OLD_BREAKS = re.compile("[\x85\u2028\u2029]")
_FLOW = re.compile(r"[\[{]")
_HALF = re.compile("[\ud800-\udfff]")
_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True)
class Parsed:
    """A document's data, and where its keys and values stand (line and column from 1)."""

    data: Any
    values: dict[Location, Place]
    keys: dict[Location, Place]

    def place(self, location: Location) -> Place:
        """Where the value stands, or the nearest thing around it that has a place."""
        while location and location not in self.values:
            location = location[:-1]
        return self.values.get(location, (1, 1))


class _Refused(Exception):  # noqa: N818  it never leaves this module
    def __init__(self, event: Any, code: str, message: str) -> None:
        mark = event.start_mark
        self.place = (mark.line + 1, mark.column + 1)
        self.code = code
        super().__init__(message)


def _scalar(event: Any) -> Any:
    text = _text(event)
    if not event.implicit[0]:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text) or _RADIX.match(text):
        return _whole(event, text)
    if _FLOAT.match(text):
        return _finite(event, float(text))
    if _NOT_FINITE.match(text):
        raise _Refused(event, "Y004", f"'{text}' is no number that JSON knows; write a finite one")
    return text


def _text(event: Any) -> str:
    """The scalar's text; JSON may spell one character as two halves."""
    text: str = event.value
    if not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _Refused(event, "Y001", "half a surrogate pair is no character; write both halves") from None


def _whole(event: Any, text: str) -> int:
    try:
        number = int(text, 0) if _RADIX.match(text) else int(text)
        float(number)
    except (ValueError, OverflowError):
        raise _Refused(
            event, "Y004", f"'{text[:20]}...' is too large for a number; write a smaller one"
        ) from None
    return number


def _finite(event: Any, number: float) -> float:
    if number in (float("inf"), float("-inf")):
        raise _Refused(event, "Y004", f"'{event.value}' is too large for a number; write a finite one")
    return number


class _Builder:
    """Builds one document from the parser's events."""

    def __init__(self, stream: Iterator[Any]) -> None:
        self._events = stream
        self.values: dict[Location, Place] = {}
        self.keys: dict[Location, Place] = {}

    def node(self, event: Any, location: Location) -> Any:
        mark = event.start_mark
        if len(location) > DEEPEST:
            raise _Refused(event, "Y005", f"nested more than {DEEPEST} levels deep; flatten the document")
        self.values[location] = (mark.line + 1, mark.column + 1)
        if isinstance(event, events.AliasEvent) or event.anchor:
            message = f"anchor or alias {shown(event.anchor)} is not allowed; write the value out"
            raise _Refused(event, "Y003", message)
        if event.tag is not None:
            raise _Refused(event, "Y003", f"tag {shown(event.tag)} is not allowed; leave it out")
        if len(self.values) > MOST_VALUES:
            raise _Refused(event, "Y007", f"more than {MOST_VALUES:,} values; split the document")
        if isinstance(event, events.ScalarEvent):
            return _scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(location)
        return self._mapping(location)

    def _sequence(self, location: Location) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            items.append(self.node(event, (*location, len(items))))
        return items

    def _mapping(self, location: Location) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent):
                raise _Refused(event, "Y003", "a key must be a plain word; write it as text")
            if event.anchor or event.tag is not None:
                raise _Refused(
                    event, "Y003", "anchors and tags are not allowed on a key; write the key alone"
                )
            key = _text(event)
            if key in items:
                raise _Refused(event, "Y002", f"key {shown(key)} stands twice; remove one")
            here = (*location, key)
            self.keys[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
            items[key] = self.node(next(self._events), here)
        return items


def parse_yaml(text: str, name: str, *, is_yaml: bool = False) -> Parsed:
    """The one document in the text; raises InvalidDocumentError with codes Y001 to Y007.

    Of a long text that is not known to be YAML, the quicker and older of two parsers has the last word.
    """
    if separator := _OLD_BREAKS.search(text):
        fault = (
            f"line separator U+{ord(separator[0]):04X} is read in two ways; write it as an escape in quotes"
        )
        raise refusal(name, text, separator.start(), fault)
    is_short = is_yaml or len(text) <= _SECOND_READING
    # The quick parser is older than YAML 1.2: it refuses {url: https://x}, and ends {a: what?} too early.
    try:
        return _document(_quick_events(text), name)
    except YAMLError:
        read = _events if is_short else _quick_events
    except InvalidDocumentError:
        if not is_short or "?" not in text or not _FLOW.search(text):
            raise
        read = _events
    try:
        return _document(read(text), name)
    except MarkedYAMLError as error:
        place, fault = in_words(error, text)
        raise InvalidDocumentError([Finding(name, *place, "Y001", fault)]) from None
    except ReaderError as error:
        fault = f"not YAML: character U+{error.character:04X} is not allowed; remove it"
        raise refusal(name, text, error.position, fault) from None


def ends_of_plain_texts(text: str) -> set[Place]:
    """Where each text without quotes ends: line and column of what follows it; of a text that can be read."""
    for read in (_quick_events, _events):
        with suppress(YAMLError):
            plain = (one for one in read(text) if isinstance(one, events.ScalarEvent) and one.implicit[0])
            marks = [event.end_mark for event in plain if isinstance(_scalar(event), str)]
            return {(mark.line + 1, mark.column + 1) for mark in marks}
    return set()


def _document(stream: Iterator[Any], name: str) -> Parsed:
    try:
        builder = _Builder(stream)
        next(stream)  # the stream's start
        if isinstance(next(stream), events.StreamEndEvent):
            raise InvalidDocumentError([Finding(name, 1, 1, "Y001", "the file is empty; write a document")])
        data = builder.node(next(stream), ())
        next(stream)  # the document's end
        if not isinstance(extra := next(stream), events.StreamEndEvent):
            raise _Refused(extra, "Y001", "a second document starts here; keep one document in a file")
    except _Refused as refused:
        raise InvalidDocumentError([Finding(name, *refused.place, refused.code, str(refused))]) from None
    return Parsed(data, builder.values, builder.keys)


def _events(text: str) -> Iterator[Any]:
    return iter(YAML(typ="safe", pure=True).parse(text))


def _quick_events(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while True:
        event = parser.get_event()
        yield event
        if isinstance(event, events.StreamEndEvent):
            return


def read_yaml(path: Path, name: str | None = None) -> Parsed:
    """The document in the file; raises InvalidDocumentError, and OSError when it cannot be read."""
    shown = str(path) if name is None else name
    return parse_yaml(read_text(path, shown), shown)
