"""What a check found, as it is reported."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from validators.findings import Finding


class Waived(NamedTuple):
    """A finding that a waiver passes over, and the waiver's reason."""

    finding: Finding
    reason: str


class Report(NamedTuple):
    """What was looked at and what was found, sorted.

    Warnings whose places were not asked for stand in `counted`, by file and code. Notes say what could not
    be looked at, and how often. `waived` holds the placed findings that are waived; passed_over counts all.
    """

    files: int
    findings: tuple[Finding, ...]
    counted: Mapping[str, Mapping[str, int]] = {}
    notes: Mapping[str, int] = {}
    passed_over: int = 0
    waived: tuple[Waived, ...] = ()

    def number(self, severity: str) -> int:
        """How many findings have the severity, placed or counted (those are warnings)."""
        placed = sum(finding.severity == severity for finding in self.findings)
        if severity == "error":
            return placed
        return placed + sum(count for codes in self.counted.values() for count in codes.values())


def joined(reports: Iterable[Report]) -> Report:
    """Several reports as one, each finding once."""
    reports = list(reports)
    notes = Counter[str]()
    for report in reports:
        notes.update(report.notes)
    return Report(
        sum(report.files for report in reports),
        tuple(sorted({finding for report in reports for finding in report.findings})),
        {file: codes for report in reports for file, codes in report.counted.items()},
        dict(notes),
        sum(report.passed_over for report in reports),
        tuple(waived for report in reports for waived in report.waived),
    )


def counted_warnings(report: Report) -> Report:
    """The report with its warnings counted, also those that happen to have a place."""
    counts: dict[str, Counter[str]] = {file: Counter(codes) for file, codes in report.counted.items()}
    for finding in report.findings:
        if finding.severity == "warning":
            counts.setdefault(finding.file, Counter())[finding.code] += 1
    errors = tuple(finding for finding in report.findings if finding.severity == "error")
    return report._replace(findings=errors, counted=counts)


def strictly(report: Report) -> Report:
    """The report with every placed warning raised to an error."""
    return report._replace(findings=tuple(one._replace(severity="error") for one in report.findings))


def shown(path: str | Path) -> str:
    """The path as a finding names it: from the working folder where it lies below it."""
    return str(path).removeprefix(os.getcwd() + os.sep)  # noqa: PTH109  asked for every file
