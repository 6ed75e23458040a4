"""Findings as a Markdown table, such as the summary of a GitHub job takes."""

import re
from collections.abc import Iterator
from itertools import accumulate

from validators.findings import Finding
from validators.formats.setting import LARGEST, Setting
from validators.formats.text import summary_line
from validators.report import Report

_ENDING = 200


def table(report: Report, setting: Setting) -> str:
    """All findings, errors first; where there is not enough room, the number of those left out."""
    head = f"## paperbench check\n\n{summary_line(report)}\n"
    notes = "".join(f"- {count} {plain(what)}\n" for what, count in report.notes.items())
    parts = [head, f"\n{notes}" if notes else ""]
    if report.findings:
        parts.append("\n| | where | code | finding |\n|---|---|---|---|\n")
    room = (LARGEST if setting.room is None else setting.room) - _ENDING
    room -= sum(_size(part) for part in parts)
    rows = [*_rows(report, setting)]
    sizes = accumulate(_size(row) for row in rows)
    kept = sum(size <= room for size in sizes)
    left = len(rows) - kept
    ending = [f"\n{left} more are left out: a summary takes 1 MiB\n"] if left else []
    return "".join([*parts, *rows[:kept], *ending, "\n"])


def plain(words: str) -> str:
    """Words that Markdown, inside a table too, shows as they are."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$&])", r"\\\1", " ".join(words.split()))


def _size(words: str) -> int:
    return len(words.encode("utf-8", "backslashreplace"))


def _rows(report: Report, setting: Setting) -> Iterator[str]:
    for severity in ("error", "warning"):
        for finding in report.findings:
            if finding.severity == severity:
                where, words = _where(finding, setting), plain(finding.message)
                yield f"| {severity} | {where} | {finding.code} | {words} |\n"


def _where(finding: Finding, setting: Setting) -> str:
    file = setting.from_base(finding.file)
    words = plain(f"{file or finding.file}:{finding.line}")
    if file is None or setting.blob is None:
        return words
    from urllib.parse import quote  # noqa: PLC0415  needed inside GitHub Actions alone

    return f"[{words}]({setting.blob}/{quote(file, errors='surrogateescape')}?plain=1#L{finding.line})"
