"""The fast readers: ryaml and jsonschema-rs where they surely agree with the slow ones, else no answer.

See docs/adr/0006. Whoever gets no answer asks yaml_reader or jsonschema, which have the last word.
"""

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from validators.kinds import schema_path
from validators.limits import DEEPEST, MOST_VALUES

# Without a wheel for the platform everything still works, more slowly.
ryaml: Any
jsonschema_rs: Any
try:
    ryaml = import_module("ryaml")
    jsonschema_rs = import_module("jsonschema_rs")
except ImportError:
    ryaml = jsonschema_rs = None

_LARGE = 2.0**63
# Longer texts, and deeper brackets, may take ryaml seconds and a gigabyte.
_LONGEST = 2 * 1024 * 1024
_BRACKETS = 500
_BRACKET = re.compile(r"[\[\]{}]")
# Where the two readers differ: line breaks of old, the byte order mark, tabs, merge keys, halves of surrogate
# pairs, directives and further documents.
_FOREIGN = ("\r", "\t", "\x85", "\u2028", "\u2029", "\ufeff")
_FOREIGN_LINES = re.compile(r"\n(?:%|---|\.\.\.)")
# Each begins with a character that is looked for fast; the last two are keys as in {"a":1}.
_FOREIGN_PATTERNS = (
    _FOREIGN_LINES,
    re.compile(r"\\[uU]"),
    re.compile("<<"),
    re.compile(r'":\S'),
    re.compile(r"':\S"),
)
# ryaml drops tags, follows aliases and reads 0b1 and +0x1 as numbers.
_MARKS = ("&", "*", "!")
_BEFORE_TOKEN = frozenset("\n:-,[{?")
_RADIX = re.compile("0[box]")
# ryaml reads 007 and 1e999 as text, and huge whole numbers as fractions.
_NUMBER_STARTS = frozenset("+-.0123456789")
_NUMBER_AFTER_ALL = re.compile(r"[-+]?0[0-9]+\Z|[-+]?[.0-9]+[eE][-+]?[0-9]+\Z")


def quick_data(text: str) -> Any:
    """The data of a plain document; None: ask the exact reader."""
    if ryaml is None or _is_doubtful(text):
        return None
    try:
        data = ryaml.loads(text)
    except ValueError:
        return None
    return data if _is_plain(data) else None


def _is_doubtful(text: str) -> bool:
    return (
        len(text) > _LONGEST
        or _is_nested(text)
        or _FOREIGN_LINES.match(f"\n{text[:3]}") is not None
        or any(mark in text for mark in _FOREIGN)
        or any(pattern.search(text) for pattern in _FOREIGN_PATTERNS)
        or any(_starts_token(text, mark) for mark in _MARKS)
        or any(_starts_number(text, match.start()) for match in _RADIX.finditer(text))
    )


def _is_nested(text: str) -> bool:
    """Whether brackets may be nested so deep that ryaml takes long; those in texts count too."""
    if text.count("[") + text.count("{") <= _BRACKETS:
        return False
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match[0] in "[{" else -1
        if depth > _BRACKETS:
            return True
    return False


def _starts_token(text: str, mark: str) -> bool:
    at = text.find(mark)
    while at >= 0:
        before = at - 1
        while before >= 0 and text[before] == " ":
            before -= 1
        if before < 0 or text[before] in _BEFORE_TOKEN:
            return True
        at = text.find(mark, at + 1)
    return False


def _starts_number(text: str, at: int) -> bool:
    before = at - 2 if at and text[at - 1] in "+-" else at - 1
    return before < 0 or text[before] in " \n:,[{"


def _is_plain(data: Any) -> bool:
    """Whether everything in the data is what the exact reader would have made of it."""
    stack = [(data, 1)]
    values = 1
    while stack:
        value, depth = stack.pop()
        if depth > DEEPEST:
            return False
        kind = type(value)
        if kind is dict:
            if not all(type(key) is str for key in value):
                return False
            items = value.values()
        else:
            items = value if kind is list else (value,)
        values += len(items)
        for item in items:
            kind = type(item)
            if kind is str:
                if item[:1] in _NUMBER_STARTS and _NUMBER_AFTER_ALL.match(item):
                    return False
            elif kind is dict or kind is list:
                stack.append((item, depth + 1))
            elif not (kind is int or kind is bool or item is None or (kind is float and abs(item) < _LARGE)):
                return False
    return values <= MOST_VALUES


@cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema_path(kind).read_bytes()))


def quick_shape(data: Any, kind: str) -> bool:
    """Whether the data surely has the kind's shape; False: ask jsonschema."""
    if jsonschema_rs is None:
        return False
    try:
        return bool(_validator(kind).is_valid(data))
    except ValueError:
        return False
