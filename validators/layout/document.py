"""A YAML document in the one layout, its data and its comments the same."""

import json
from collections.abc import Mapping
from typing import Any

from validators.documents import kind_of
from validators.faults import to_findings
from validators.findings import InvalidDocumentError, Location
from validators.layout.comments import comments_of
from validators.layout.keys import Shape, shape_of, without_defaults
from validators.layout.nodes import Collection, root_of
from validators.layout.source import Source, source_of
from validators.layout.write import Writer
from validators.pragma import START
from validators.yaml_reader import parse_yaml


class LayoutError(Exception):
    """The text cannot be laid out without changing what it says."""


def laid_out(
    text: str,
    name: str,
    *,
    expected: str | None = None,
    changes: Mapping[Location, str] | None = None,
    pragma: str | None = None,
) -> str:
    """The document in the one layout, with new texts at some places, and with this editor line.

    Raises InvalidDocumentError for what is no document of a known kind (expected: the kind its place asks
    for), and LayoutError.
    """
    parsed = parse_yaml(text, name)
    kind, faults = kind_of(parsed.data, expected)
    if kind is None:
        raise InvalidDocumentError(to_findings(parsed, faults, name))
    unix = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    data = parsed.data if unix == text else parse_yaml(unix, name).data
    source, shape = source_of(unix), shape_of(kind)
    written = _written(source, data, shape, changes or {}, pragma)
    _prove(written, name, _changed(parsed.data, changes or {}), shape)
    if _words(source_of(written), pragma) != _words(source, pragma):
        raise LayoutError(f"{name}: a comment would be lost; please report it with the file")
    return written


def _written(
    source: Source, data: Any, shape: Shape, changes: Mapping[Location, str], pragma: str | None
) -> str:
    root = root_of(source, data)
    assert isinstance(root, Collection)
    comments = comments_of(source, root)
    if pragma is not None:
        comments.head[:] = [pragma, *(line for line in comments.head if not line.startswith(START))]
    lines = Writer(comments, frozenset(comments.touched()), changes).document(root, shape)
    return "\n".join(lines) + "\n"


def _changed(data: Any, changes: Mapping[Location, str], where: Location = ()) -> Any:
    if isinstance(data, dict):
        return {key: _changed(value, changes, (*where, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [_changed(value, changes, (*where, number)) for number, value in enumerate(data)]
    return changes.get(where, data)


def _prove(written: str, name: str, data: Any, shape: Shape) -> None:
    """Refuse what would not read back as the same data."""
    try:
        again = parse_yaml(written, name).data
    except InvalidDocumentError as error:
        raise LayoutError(
            f"{name}: it would not read back ({error}); please report it with the file"
        ) from None
    if _told(data, shape) != _told(again, shape):
        raise LayoutError(f"{name}: its data would change; please report it with the file")


def _told(data: Any, shape: Shape) -> str:
    """What the data says, 1 and 1.0 and true told apart."""
    return json.dumps(without_defaults(data, shape), sort_keys=True)


def _words(source: Source, pragma: str | None) -> list[str]:
    texts = (comment.text for comment in source.comments)
    return sorted(words for words in texts if pragma is None or not words.startswith(START))
