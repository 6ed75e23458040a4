"""Findings as SARIF 2.1.0, which GitHub code scanning and editors read."""

import json
from typing import Any

from validators.findings import Finding
from validators.formats.setting import Page, Setting
from validators.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub shows so many results of a run; it refuses a run of more than 25,000.
MOST = 5000
_BASE = "SRCROOT"


def page(report: Report, setting: Setting) -> Page:
    """One run with every rule of the catalogue; errors come before warnings, waived findings last."""
    rules = _rules(setting.rules_page)
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    found = sorted(report.findings, key=lambda finding: finding.severity)
    results = [_result(finding, index, setting) for finding in found]
    results += [_waived(waived.finding, waived.reason, index, setting) for waived in report.waived]
    notes = [f"{count} {what}" for what, count in report.notes.items()]
    if len(results) > MOST:
        notes.append(f"{len(results) - MOST} results left out: {MOST} are shown at most")
    run = {
        "tool": {"driver": {"name": "paperbench", "semanticVersion": setting.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "the root of the repository"}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [*map(_note, notes)]}],
        "results": results[:MOST],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return Page(json.dumps(log, indent=1, ensure_ascii=False) + "\n")


def _rules(rules_page: str) -> list[dict[str, Any]]:
    from validators.rules import CATALOGUE  # noqa: PLC0415  the cached check starts without the rules
    from validators.rules.rule import page as page_of  # noqa: PLC0415

    return [_rule(entry.code, entry.severity, page_of(entry), rules_page) for entry in CATALOGUE]


def _rule(code: str, severity: str, text: str, rules_page: str) -> dict[str, Any]:
    head, _, rest = text.partition("\n\n")
    why = " ".join(rest.partition("\nMend:")[0].removeprefix("Why:").split())
    return {
        "id": code,
        "shortDescription": {"text": head},
        "fullDescription": {"text": f"{head} Why: {why}"},
        "help": {"text": text},
        "helpUri": f"{rules_page}#{code.lower()}",
        "defaultConfiguration": {"level": severity},
    }


def _result(finding: Finding, index: dict[str, int], setting: Setting) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity,
        "message": _message(finding.message),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _place(finding.file, setting),
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
    }


def _waived(finding: Finding, reason: str, index: dict[str, int], setting: Setting) -> dict[str, Any]:
    suppressions = [{"kind": "external", "justification": reason}]
    return {**_result(finding, index, setting), "suppressions": suppressions}


def _place(file: str, setting: Setting) -> dict[str, str]:
    """Where a file lies: from the base, or as a whole URI where it is elsewhere."""
    from pathlib import Path  # noqa: PLC0415  as below
    from urllib.parse import quote  # noqa: PLC0415  the other formats start without it

    inside = setting.from_base(file)
    if inside is None:
        return {"uri": Path(setting.folder, file).absolute().as_uri()}
    # A colon in the first step of a relative reference would be read as a scheme; quote() takes it too.
    return {"uri": quote(inside, errors="surrogateescape"), "uriBaseId": _BASE}


def _note(words: str) -> dict[str, Any]:
    return {"level": "note", "message": _message(words)}


def _message(words: str) -> dict[str, str]:
    # Braces are placeholders in SARIF (3.11.5), written twice where they are meant.
    return {"text": words.replace("{", "{{").replace("}", "}}")}
