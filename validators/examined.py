"""What an examination of one file found, as a cache can keep it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from validators.findings import Finding


class Examined(NamedTuple):
    """The findings of one file; warnings that were only counted, by code; what was not looked at."""

    findings: tuple[Finding, ...]
    counted: Mapping[str, int] = {}
    notes: Mapping[str, int] = {}

    def as_data(self) -> list[Any]:
        """The same as plain JSON data."""
        return [[finding[1:] for finding in self.findings], dict(self.counted), dict(self.notes)]


def examined_from(data: list[Any], name: str) -> Examined:
    """What as_data gave, for a file that is now shown by this name."""
    findings, counted, notes = data
    return Examined(tuple(Finding(name, *fields) for fields in findings), counted, notes)
