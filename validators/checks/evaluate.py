"""The closed set of checks, each a pure function of the check and its evidence."""

from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from validators.checks.files import MIB, RefusedFileError, read_text_inside, size_inside
from validators.checks.numbers import NoNumberError, PointerError, csv_number, json_number, within
from validators.checks.patterns import PatternError, count_lines, matching_files
from validators.models.checks import Check, ExitStatus, FileExists, LogMatches, TextMatches, Value

MAX_TOTAL_BYTES = 256 * MIB
_SHOWN = 3


class InvalidCheckError(Exception):
    """A check that cannot be evaluated on anything: the rubric's fault, never the submission's."""


@dataclass(frozen=True)
class CheckEvidence:
    """What a check may look at: some files below root, how reproduce.sh ended, and its log."""

    root: Path
    files: frozenset[str]
    exit_status: int | None
    log: str


@dataclass(frozen=True)
class CheckResult:
    """Whether the check is met, why, and the files that say so."""

    met: bool
    message: str
    files: tuple[str, ...] = ()


def evaluate(check: Check, evidence: CheckEvidence) -> CheckResult:
    """Decide one check; raises InvalidCheckError."""
    try:
        match check:
            case FileExists():
                return _file_exists(check, evidence)
            case TextMatches():
                return _text_matches(check, evidence)
            case Value():
                return _value(check, evidence)
            case ExitStatus():
                return _exit_status(check, evidence)
            case LogMatches():
                return _log_matches(check, evidence)
            case _:
                assert_never(check)
    except (PatternError, PointerError) as error:
        raise InvalidCheckError(str(error)) from None


def _and_refused(message: str, refused: list[str]) -> str:
    if not refused:
        return message
    more = f" and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
    return f"{message}; not looked at: {', '.join(refused[:_SHOWN])}{more}"


def _file_exists(check: FileExists, evidence: CheckEvidence) -> CheckResult:
    refused: list[str] = []
    for name in matching_files(check.glob, evidence.files):
        try:
            size = size_inside(evidence.root, name)
        except RefusedFileError as error:
            refused.append(str(error))
            continue
        if size >= check.min_bytes:
            return CheckResult(True, f"{name} exists and has {size} bytes", (name,))
        refused.append(f"{name} has {size} bytes")
    return CheckResult(
        False, _and_refused(f"no file of {check.min_bytes} bytes or more matches {check.glob}", refused)
    )


def _text_matches(check: TextMatches, evidence: CheckEvidence) -> CheckResult:
    found, left, hits, refused = 0, MAX_TOTAL_BYTES, list[str](), list[str]()
    for name in matching_files(check.glob, evidence.files):
        try:
            text = read_text_inside(evidence.root, name)
        except RefusedFileError as error:
            refused.append(str(error))
            continue
        left -= len(text)
        if left < 0:
            refused.append(f"{name} and what follows, past {MAX_TOTAL_BYTES // MIB} MiB in all")
            break
        count = count_lines(check.pattern, text, check.min_count - found)
        if count:
            found += count
            hits.append(name)
        if found >= check.min_count:
            return CheckResult(True, f"/{check.pattern}/ stands in {', '.join(hits[:_SHOWN])}", tuple(hits))
    message = f"/{check.pattern}/ stands in {found} lines of {check.glob}, where {check.min_count} must"
    return CheckResult(False, _and_refused(message, refused), tuple(hits))


def _value(check: Value, evidence: CheckEvidence) -> CheckResult:
    name = check.file.removeprefix("./")
    if check.pointer is None and check.column is None:
        raise InvalidCheckError(f"the value check of {name} has neither pointer nor column")
    if name not in evidence.files:
        return CheckResult(False, f"{name} is not among the files this check may look at")
    try:
        text = read_text_inside(evidence.root, name)
        value = (
            json_number(text, check.pointer)
            if check.pointer is not None
            else csv_number(text, check.row, check.column or "")
        )
    except RefusedFileError as error:
        return CheckResult(False, str(error), (name,))
    except NoNumberError as error:
        return CheckResult(False, f"{name}: {error}", (name,))
    met = within(value, check.equals, check.abs_tolerance, check.rel_tolerance)
    verb = "is within" if met else "is not within"
    allowed = " or ".join(
        text
        for text, given in (
            (f"{check.abs_tolerance}", check.abs_tolerance),
            (f"{check.rel_tolerance} x {abs(check.equals)}", check.rel_tolerance),
        )
        if given is not None
    )
    return CheckResult(met, f"{name}: {value!r} {verb} {allowed or '0'} of {check.equals!r}", (name,))


def _exit_status(check: ExitStatus, evidence: CheckEvidence) -> CheckResult:
    if evidence.exit_status is None:
        return CheckResult(False, f"reproduce.sh did not end by itself; {check.equals} is asked for")
    met = evidence.exit_status == check.equals
    wanted = "as asked for" if met else f"where {check.equals} is asked for"
    return CheckResult(met, f"reproduce.sh ended with status {evidence.exit_status}, {wanted}")


def _log_matches(check: LogMatches, evidence: CheckEvidence) -> CheckResult:
    found = count_lines(check.pattern, evidence.log, check.min_count)
    met = found >= check.min_count
    wanted = "enough" if met else f"where {check.min_count} must"
    return CheckResult(met, f"/{check.pattern}/ stands in {found} lines of the log, {wanted}")
