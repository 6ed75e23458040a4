"""One number out of a JSON or CSV text, and whether it lies within a tolerance."""

import csv
import io
import json
import math
import re
from decimal import Decimal
from typing import Any

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_SHOWN_LENGTH = 60
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_BAD_ESCAPE = re.compile(r"~(?![01])")


class NoNumberError(Exception):
    """There is no such number; the text says why."""


class PointerError(ValueError):
    """A pointer that is not RFC 6901."""


def pointer_tokens(pointer: str) -> list[str]:
    """The reference tokens of a JSON Pointer, unescaped; raises PointerError."""
    if pointer and not pointer.startswith("/"):
        raise PointerError(f"JSON pointer {pointer!r} does not start with /")
    if _BAD_ESCAPE.search(pointer):
        raise PointerError(f"JSON pointer {pointer!r} has a ~ that is neither ~0 nor ~1")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def resolve_pointer(data: Any, pointer: str) -> Any:
    """The value that a JSON Pointer names (RFC 6901); raises PointerError and NoNumberError."""
    value = data
    for token in pointer_tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise NoNumberError(f"nothing at {pointer}")
    return value


def json_number(text: str, pointer: str) -> float:
    """The number at the pointer; raises PointerError and NoNumberError."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise NoNumberError("it is nested too deeply") from None
    except ValueError as error:
        raise NoNumberError(f"it is no JSON ({error})") from None
    value = resolve_pointer(data, pointer)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoNumberError(f"{_shown(value)} at {pointer} is no number")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def csv_number(text: str, row: dict[str, str] | None, column: str) -> float:
    """The number in the column of the one row whose cells equal `row`; raises NoNumberError."""
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in line)
        ]
    except csv.Error as error:
        raise NoNumberError(f"it is no CSV ({error})") from None
    header = [cell.strip() for cell in lines[0]] if lines else []
    wanted = {_column(header, name): value.strip() for name, value in (row or {}).items()}
    place = _column(header, column)
    found = [line for line in lines[1:] if all(_cell(line, at) == value for at, value in wanted.items())]
    if len(found) != 1:
        raise NoNumberError(f"{len(found)} rows match {row or 'no condition'}, where one must")
    cell = _cell(found[0], place)
    if not _NUMBER.fullmatch(cell):
        raise NoNumberError(f"{_shown(cell)} in column {column!r} is no number")
    return float(cell)


def _column(header: list[str], name: str) -> int:
    if header.count(name.strip()) != 1:
        raise NoNumberError(f"{header.count(name.strip())} columns are called {name!r}, where one must be")
    return header.index(name.strip())


def _cell(line: list[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."


def within(value: float, expected: float, abs_tolerance: float | None, rel_tolerance: float | None) -> bool:
    """Whether value lies within either tolerance of expected; what is not finite never does.

    Compared as the decimals that are written: 0.8 is within 0.1 of 0.7.
    """
    if not math.isfinite(value):
        return False
    exact = Decimal(repr(expected))
    allowed = max(
        Decimal(repr(abs_tolerance or 0.0)), Decimal(repr(rel_tolerance or 0.0)) * abs(exact), Decimal(0)
    )
    return abs(Decimal(repr(value)) - exact) <= allowed
