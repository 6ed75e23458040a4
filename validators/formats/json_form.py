"""Findings for programs, as one JSON object."""

import json

from validators.formats.setting import Page, Setting
from validators.report import Report


def page(report: Report, _: Setting) -> Page:
    """The whole report; docs/validating.md says what each key means."""
    data = {
        "files": report.files,
        "errors": report.number("error"),
        "warnings": report.number("warning"),
        "findings": [finding._asdict() for finding in report.findings],
        "waived": [{**waived.finding._asdict(), "reason": waived.reason} for waived in report.waived],
        "notes": dict(report.notes),
    }
    return Page(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
