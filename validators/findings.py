"""Findings: what is wrong with a document, where, and how to mend it.

Named tuples here and in the reports, since importing dataclasses would take a third of a cached check.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Location = tuple[str | int, ...]
Place = tuple[int, int]
Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """One thing to mend; line and column count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"


class InvalidDocumentError(Exception):
    """A document that cannot be used; its findings say why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))
