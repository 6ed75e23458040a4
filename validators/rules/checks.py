"""Rules about the deterministic checks of a rubric's leaves."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.words import shown

_AFTER_REPRODUCTION = ("exit_status", "log_matches")


def _checks(document: Document) -> Iterator[tuple[Location, dict[str, Any], dict[str, Any]]]:
    for where, criterion in document.criteria:
        check = criterion.get("check")
        if isinstance(check, dict):
            yield (*where, "check"), check, criterion


def pattern_is_re2(document: Document) -> Iterator[Fault]:
    r"""A check's pattern is a regular expression that RE2 reads.

    Why: checks run over what strangers wrote, and RE2 alone promises an answer in linear time. It has no
    look-around and no back-references.
    Mend: close the bracket; say it without (?=...), (?!...) or \1.
    Example:
        check: {kind: log_matches, pattern: "accuracy: (?=0.9)"}
    """
    for where, check, _ in _checks(document):
        pattern = check.get("pattern")
        fault = _re2_fault(pattern) if isinstance(pattern, str) else None
        if fault is not None:
            yield Fault((*where, "pattern"), f"{shown(pattern)} is no RE2 pattern ({fault}); mend it")


def _re2_fault(pattern: str) -> str | None:
    from validators.checks.patterns import PatternError, compiled  # noqa: PLC0415  only a pattern needs it

    try:
        compiled(pattern)
    except PatternError as error:
        return error.why
    return None


def value_names_one_number(document: Document) -> Iterator[Fault]:
    """A value check names one number: a pointer for .json, or a row and a column for .csv.

    Why: with neither there is nothing to compare, and with both nobody knows which counts.
    Mend: add `pointer: /loss`, or `row: {method: heavy-ball}` and `column: loss`.
    Example:
        check: {kind: value, file: results.csv, equals: 0.5, abs_tolerance: 0.1, reason: three seeds}
    """
    for where, check, _ in _checks(document):
        if check.get("kind") != "value":
            continue
        ending = str(check.get("file")).rsplit(".", 1)[-1].lower()
        has = {key for key in ("pointer", "row", "column") if check.get(key) is not None}
        wanted = {"json": {"pointer"}, "csv": {"row", "column"}}.get(ending)
        if wanted is None:
            yield Fault(
                (*where, "file"), f"{shown(check.get('file'))} is neither .json nor .csv; name such a file"
            )
        elif has != wanted:
            words = "a pointer" if ending == "json" else "a row and a column"
            yield Fault(where, f"a number in a .{ending} file is named by {words}; give just that")


def pointer_is_well_formed(document: Document) -> Iterator[Fault]:
    """A pointer is a JSON Pointer (RFC 6901).

    Why: any other spelling points at nothing, and the leaf would never be met.
    Mend: begin with / and put / between the names; write ~1 for a / and ~0 for a ~ inside a name.
    Example:
        pointer: results.loss     # /results/loss
    """
    for where, check, _ in _checks(document):
        pointer = check.get("pointer")
        if isinstance(pointer, str) and not _is_pointer(pointer):
            yield Fault(
                (*where, "pointer"), f"{shown(pointer)} is no JSON Pointer; write it as in /results/0/loss"
            )


def _is_pointer(pointer: str) -> bool:
    from validators.checks.numbers import PointerError, pointer_tokens  # noqa: PLC0415  as above

    try:
        return pointer_tokens(pointer) != []
    except PointerError:
        return False


def value_has_tolerance(document: Document) -> Iterator[Fault]:
    """A value check says how near is near enough.

    Why: numbers of a replication are never equal to the last digit; the tolerance is the judgement.
    Mend: add `abs_tolerance` or `rel_tolerance`, and say in `reason` where it comes from.
    Example:
        check: {kind: value, file: results.json, pointer: /loss, equals: 0.5, reason: as reported}
    """
    for where, check, _ in _checks(document):
        if check.get("kind") != "value":
            continue
        if check.get("abs_tolerance") is None and check.get("rel_tolerance") is None:
            yield Fault(where, "a value check without a tolerance; add abs_tolerance or rel_tolerance")


def check_fits_category(document: Document) -> Iterator[Fault]:
    """A check looks at what its leaf's category may look at.

    Why: a Code Development leaf is judged on the submission as it was handed in, before anything ran: there
    is no exit status and no log, and in Code-Dev there never will be.
    Mend: make the leaf Code Execution or Result Analysis, or check its files.
    Example:
        category: Code Development
        check: {kind: exit_status}
    """
    for where, check, criterion in _checks(document):
        if criterion.get("category") == "Code Development" and check.get("kind") in _AFTER_REPRODUCTION:
            message = f"{check['kind']} on a Code Development leaf, which is judged before anything runs"
            yield Fault((*where, "kind"), f"{message}; change the category or the check")
