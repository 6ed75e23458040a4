"""How one value is spelt in YAML so that every reader takes it for the same."""

import re
import textwrap
from typing import Any

from ruamel.yaml.resolver import implicit_resolvers

WIDTH = 100
# A word that no YAML reader takes for anything but text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_/.&,() ]+[A-Za-z0-9()]+)*\.?\Z")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_WORD = r"[^\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]+"
_FOLDABLE = re.compile(rf"{_WORD}(?: {_WORD})+\Z")
_PARAGRAPHS = re.compile(rf"{_WORD}(?: {_WORD})*(?:\n+{_WORD}(?: {_WORD})*)*\n?\Z")
_LITERAL = re.compile(r"[^\s](?:[^\n]*[^\s])?(?:\n+(?:[ ]*[^\s](?:[^\n]*[^\s])?))*\n?\Z")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")


def is_plain(text: str) -> bool:
    """Whether the text is a few plain words, which need no quotes anywhere."""
    return bool(_PLAIN.match(text)) and text.lower() not in _RESERVED


def folds(text: str) -> bool:
    """Whether the text is too long for a line and can be folded at its blanks."""
    return len(text) > WIDTH and bool(_FOLDABLE.match(text))


def folded(text: str, indent: str) -> list[str]:
    """The text as a folded block: its head, and lines under the indent."""
    return [">-", *_wrapped(text, indent)]


def double(text: str) -> str:
    """The text in double quotes, on one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def number(value: Any, raw: str) -> str:
    """Anything but text; a number with a fraction stays as its author wrote it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return raw if isinstance(value, float) or _WHOLE.match(raw) else str(value)


def text(value: str, style: str, indent: str, *, fold: bool = True) -> list[str]:
    """The text's lines, the first to stand behind its key: what is short stays as its author wrote it."""
    if fold and folds(value):
        return folded(value, indent)
    if "\n" in value and style != "double":
        return _lines(value, style, indent)
    if style == "plain" and not misread(value):
        return [value]
    if style == "single" and ("\\" in value or '"' in value) and not _UNPRINTABLE.search(value):
        return ["'" + value.replace("'", "''") + "'"]
    if style in ("single", "literal", "folded") and is_plain(value):
        return [value]
    return [double(value)]


def _lines(value: str, style: str, indent: str) -> list[str]:
    clip = "" if value.endswith("\n") else "-"
    if style != "literal" and _PARAGRAPHS.match(value):
        paragraphs = ["", *value.removesuffix("\n").split("\n")]
        # A line break in folded text is written as two.
        wrapped = [line for words in paragraphs for line in ("", *_wrapped(words, indent))]
        return [f">{clip}", *wrapped[2:]]
    if _LITERAL.match(value) and not _UNPRINTABLE.search(value):
        lines = value.removesuffix("\n").split("\n")
        return [f"|{clip}", *(indent + line if line else "" for line in lines)]
    return [double(value)]


def _wrapped(words: str, indent: str) -> list[str]:
    lines = textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [indent + line for line in lines]


def misread(plain: str) -> bool:
    """Whether a reader of YAML 1.1 or 1.2 could take the plain text for a number, a date or the like."""
    if plain.lower() in _RESERVED:
        return True
    return any(plain[:1] in first and pattern.match(plain) for _, _, pattern, first in implicit_resolvers)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  half a surrogate pair: no UTF-8, the encoder names it
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004
