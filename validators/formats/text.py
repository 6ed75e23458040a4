"""Findings for people: a line each, coloured on a terminal, and a summary."""

from validators.findings import Finding
from validators.formats.setting import Page, Setting
from validators.report import Report

_BOLD, _RED, _YELLOW, _GREEN, _END = "\033[1m", "\033[1;31m", "\033[1;33m", "\033[32m", "\033[0m"
_COLOURS = {"error": _RED, "warning": _YELLOW}


def page(report: Report, setting: Setting) -> Page:
    """`file:line:col: CODE message` lines, then warnings that were only counted; notes and sums apart."""
    lines = [_line(finding) if setting.coloured_out else str(finding) for finding in report.findings]
    lines += _counted(report)
    notes = [f"{count} {what}" for what, count in report.notes.items()]
    return Page(_joined(lines), _joined([*notes, summary_line(report, coloured=setting.coloured_err)]))


def summary_line(report: Report, *, coloured: bool = False) -> str:
    """How many files, errors, warnings and waived findings there are."""
    parts = [
        _painted(_many(count, kind), colour, coloured=coloured)
        for kind, colour in _COLOURS.items()
        if (count := report.number(kind))
    ]
    waived = [f"{report.passed_over} waived"] if report.passed_over else []
    clean = [] if parts else [_painted("clean", _GREEN, coloured=coloured)]
    return ", ".join([_many(report.files, "file"), *clean, *parts, *waived])


def _line(finding: Finding) -> str:
    place = f"{_BOLD}{finding.file}{_END}:{finding.line}:{finding.column}:"
    return f"{place} {_COLOURS[finding.severity]}{finding.code}{_END} {finding.message}"


def _counted(report: Report) -> list[str]:
    """A row for each file whose warnings were only counted: the file, how many, and of which codes."""
    rows = [
        (file, str(sum(codes.values())), ", ".join(f"{count} {code}" for code, count in codes.items()))
        for file, codes in report.counted.items()
        if codes
    ]
    if not rows:
        return []
    wide, high = (max(len(row[at]) for row in rows) for at in (0, 1))
    head = "warnings by file, each shown by `paperbench check FILE`, all by `paperbench check --warnings`:"
    return [head, *(f"  {file:<{wide}}  {total:>{high}}  {codes}" for file, total, codes in rows)]


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _painted(words: str, colour: str, *, coloured: bool) -> str:
    return f"{colour}{words}{_END}" if coloured else words


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
