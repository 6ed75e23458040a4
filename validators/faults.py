"""Faults: what is wrong at a location inside a document, before it has a file and a line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from validators.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from validators.yaml_reader import Parsed


class Fault(NamedTuple):
    """One fault; at_key puts it on the key instead of its value, `at` at a line and column."""

    where: Location
    message: str
    at_key: bool = False
    code: str = ""
    at: tuple[int, int] | None = None
    severity: Severity = "error"

    def owner(self) -> Location:
        """The mapping or list that the fault belongs to."""
        return self.where[:-1] if self.at_key else self.where


def place(parsed: "Parsed | None", fault: Fault) -> tuple[int, int]:
    """Line and column of a fault, from 1."""
    if parsed is None or fault.at is not None:
        return fault.at or (1, 1)
    if fault.at_key and fault.where in parsed.keys:
        return parsed.keys[fault.where]
    return parsed.place(fault.where)


def to_findings(parsed: "Parsed | None", faults: Iterator[Fault] | list[Fault], name: str) -> list[Finding]:
    """The faults of one file as findings, each once, sorted; faults without `at` need the parsed document."""
    return sorted(
        {
            Finding(name, *place(parsed, fault), fault.code, one_line(fault.message), fault.severity)
            for fault in faults
        }
    )


def one_line(message: str) -> str:
    """The message with whatever cannot be printed as escapes."""
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in message)
