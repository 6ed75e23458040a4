"""Findings inside GitHub Actions: annotations in the diff, and a table in the summary of the job."""

from validators.findings import Finding
from validators.formats.markdown import table
from validators.formats.setting import Page, Setting
from validators.formats.text import summary_line
from validators.report import Report

# Of one step GitHub shows no more of each kind: actions/toolkit, docs/problem-matchers.md.
SHOWN = 10


def page(report: Report, setting: Setting) -> Page:
    """A workflow command for each of the first findings, errors first, and all of them in a table."""
    commands: list[str] = []
    for severity in ("error", "warning"):
        found = [finding for finding in report.findings if finding.severity == severity]
        commands += [command(finding, setting) for finding in found[:SHOWN]]
    rest = len(report.findings) - len(commands)
    if rest:
        commands.append(
            f"{rest} more without annotation, of which GitHub shows {SHOWN} of a kind: see the table"
        )
    summary = table(report, setting)
    if setting.room is None and rest:
        commands.append(summary)
    out = "".join(f"{line}\n" for line in commands)
    notes = "".join(f"{count} {what}\n" for what, count in report.notes.items())
    return Page(out, f"{notes}{summary_line(report)}\n", summary)


def command(finding: Finding, setting: Setting) -> str:
    """The workflow command that annotates the finding's line."""
    properties = {
        "file": setting.from_base(finding.file) or finding.file,
        "line": str(finding.line),
        "col": str(finding.column),
        "title": finding.code,
    }
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{finding.severity} {told}::{_data(finding.message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
