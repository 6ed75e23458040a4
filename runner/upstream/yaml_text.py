"""Plain data as YAML text that reads back equal, byte by byte the same each time."""

from collections.abc import Iterator
from typing import Any

from validators.layout.scalars import WIDTH, double, folded, folds, is_plain, number


def document(schema: str, pragma: str, value: dict[str, Any], quoted: frozenset[str] = frozenset()) -> bytes:
    """A whole file with the editor's pragma; texts under the keys in `quoted` always stand in quotes.

    Raises UnicodeEncodeError for text that is no Unicode (half a surrogate pair).
    """
    lines = [f"# yaml-language-server: $schema={pragma}", f"schema: {schema}", *_mapping(value, "", quoted)]
    return ("\n".join(lines) + "\n").encode()


def _mapping(value: dict[str, Any], indent: str, quoted: frozenset[str]) -> Iterator[str]:
    for key, item in value.items():
        name = f"{indent}{key if is_plain(key) else double(key)}:"
        if isinstance(item, dict) and item:
            yield name
            yield from _mapping(item, indent + "  ", quoted)
        elif isinstance(item, list | tuple) and item:
            yield name
            yield from _sequence(item, indent + "  ", quoted)
        else:
            yield f"{name} {_scalar(item, indent + '  ', always=key in quoted)}"


def _sequence(items: list[Any] | tuple[Any, ...], indent: str, quoted: frozenset[str]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            first, *rest = _mapping(item, indent + "  ", quoted)
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        elif isinstance(item, list | tuple) and item:
            first, *rest = _sequence(item, indent + "  ", quoted)
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(item, indent + '  ')}"


def _scalar(value: Any, indent: str, *, always: bool = False) -> str:
    if isinstance(value, str):
        return double(value) if always else _text(value, indent)
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    return number(value, repr(value))


def _text(text: str, indent: str) -> str:
    if folds(text):
        return "\n".join(folded(text, indent))
    return text if len(text) <= WIDTH and is_plain(text) else double(text)
