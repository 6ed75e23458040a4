"""Waivers: findings that papers/waivers.yaml passes over, and those of its lines that pass over none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from validators.findings import Finding
from validators.report import Report, Waived, shown
from validators.roots import DataRoot

PLACE = Path("papers/waivers.yaml")
# Found by comparing revisions, which asks for no waiver.
NEVER_WAIVED = ("R205", "R246", "P330")
_UNUSED = "W701"


def read_waivers(root: DataRoot) -> list[list[Any]]:
    """Path, code, reason, line and column of each waiver; none where the file is missing or misshapen."""
    text = root.text(root.path / PLACE)
    if text is None:
        return []
    # The cached check starts without a YAML reader.
    from validators.documents import kind_and_faults  # noqa: PLC0415
    from validators.findings import InvalidDocumentError  # noqa: PLC0415
    from validators.yaml_reader import parse_yaml  # noqa: PLC0415

    try:
        parsed = parse_yaml(text, str(PLACE))
    except InvalidDocumentError:
        return []
    kind, faults = kind_and_faults(parsed.data, "waivers/v1")
    if kind is None or faults:
        return []
    return [
        [entry["path"], entry["code"], entry["reason"], *parsed.place(("waivers", at))]
        for at, entry in enumerate(parsed.data["waivers"])
    ]


def waive(report: Report, root: Path, waivers: list[list[Any]]) -> Report:
    """The report with the waived findings apart, and with the number of them."""
    reasons = {(shown(root / path), code): reason for path, code, reason, *_ in waivers}
    kept = tuple(one for one in report.findings if (one.file, one.code) not in reasons)
    waived = tuple(
        Waived(one, reasons[one.file, one.code]) for one in report.findings if (one.file, one.code) in reasons
    )
    counted = {
        file: {code: count for code, count in codes.items() if (file, code) not in reasons}
        for file, codes in report.counted.items()
    }
    gone = len(waived) + _total(report.counted) - _total(counted)
    return report._replace(
        findings=kept,
        counted=counted,
        passed_over=report.passed_over + gone,
        waived=report.waived + waived,
    )


def unused_waivers(report: Report, root: Path, waivers: list[list[Any]]) -> list[Finding]:
    """A finding for each waiver that passes over nothing in the report of the whole root."""
    found = {(one.file, one.code) for one in report.findings}
    found |= {(file, code) for file, codes in report.counted.items() for code in codes}
    return [
        Finding(shown(root / PLACE), line, column, _UNUSED, _why_unused(root, path, code))
        for path, code, _, line, column in waivers
        if (shown(root / path), code) not in found and code not in NEVER_WAIVED
    ]


def _why_unused(root: Path, path: str, code: str) -> str:
    if not (root / path).exists():
        return f"'{path}' does not exist; correct the path, or remove the waiver of {code}"
    return f"{code} is not found in '{path}'; remove the waiver"


def _total(counted: Mapping[str, Mapping[str, int]]) -> int:
    return sum(count for codes in counted.values() for count in codes.values())
