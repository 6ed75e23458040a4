"""Plain data as YAML text that reads back equal, byte by byte the same each time."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any

_WIDTH = 100
# A word that no YAML 1.2 reader takes for anything but text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_/.&,() ]+[A-Za-z0-9()]+)*\.?\Z")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_WORD = r"[^\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]+"
_FOLDABLE = re.compile(rf"{_WORD}(?: {_WORD})+\Z")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def document(schema: str, pragma: str, value: dict[str, Any], quoted: frozenset[str] = frozenset()) -> bytes:
    """A whole file with the editor's pragma; texts under the keys in `quoted` always stand in quotes.

    Raises UnicodeEncodeError for text that is no Unicode (half a surrogate pair).
    """
    lines = [f"# yaml-language-server: $schema={pragma}", f"schema: {schema}", *_mapping(value, "", quoted)]
    return ("\n".join(lines) + "\n").encode()


def _mapping(value: dict[str, Any], indent: str, quoted: frozenset[str]) -> Iterator[str]:
    for key, item in value.items():
        name = f"{indent}{key if _is_plain(key) else _double(key)}:"
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
        return _double(value) if always else _text(value, indent)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    return repr(value)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.match(text)) and text.lower() not in _RESERVED


def _text(text: str, indent: str) -> str:
    if len(text) <= _WIDTH and _is_plain(text):
        return text
    if len(text) > _WIDTH and _FOLDABLE.match(text):
        lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        return "\n".join([">-", *(indent + line for line in lines)])
    return _double(text)


def _double(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  half a surrogate pair: no UTF-8, the encoder names it
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004
