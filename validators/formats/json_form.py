"""Findings for programs, as one JSON object."""

import json
from dataclasses import asdict

from validators.formats.setting import Page, Setting
from validators.report import Report


def page(report: Report, _: Setting) -> Page:
    """The whole report; docs/validating.md says what each key means."""
    data = {
        "files": report.files,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "findings": [asdict(finding) for finding in report.findings],
        "waived": [{**asdict(waived.finding), "reason": waived.reason} for waived in report.waived],
        "notes": dict(report.notes),
    }
    return Page(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
