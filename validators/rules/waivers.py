"""Rules about waivers: what may be waived, and how often."""

from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.waivers import NEVER_WAIVED
from validators.words import advise


def code_can_be_waived(document: Document) -> Iterator[Fault]:
    """A waiver names a code that there is, and that can be waived.

    Why: a misspelt code waives nothing, and its author believes that it does. A change of what is scored
    without a new revision is never waived, nor is an edit that nobody else can see.
    Mend: take the code that `paperbench check` prints; raise the revision instead of waiving R205 or P330,
    and keep edits of a hydrated rubric in its overlay instead of waiving R246.
    Example:
        waivers: [{code: R299, path: rubrics/heavy-ball.yaml, reason: ...}]     # no rule has this code
    """
    from validators.rules import CATALOGUE  # noqa: PLC0415  the catalogue holds this rule

    known = [entry.code for entry in CATALOGUE]
    for at, waiver in _waivers(document):
        code = waiver.get("code")
        if code not in known:
            mend = advise(code, known, "spec/rules.md lists all codes")
            yield Fault(("waivers", at, "code"), f"no rule has the code '{code}'; {mend}")
        elif code in NEVER_WAIVED:
            message = f"{code} cannot be waived; remove the waiver, and mend what is found"
            yield Fault(("waivers", at, "code"), message)


def waivers_differ(document: Document) -> Iterator[Fault]:
    """A finding is waived once, with one reason.

    Why: of two reasons a reader does not know which one holds, and removing one waiver would change nothing.
    Mend: remove one of them, and say in the other's reason all that is to be said.
    Example:
        waivers:
          - {code: R213, path: rubrics/heavy-ball.yaml, reason: the proof takes an hour}
          - {code: R213, path: rubrics/heavy-ball.yaml, reason: the authors agreed}
    """
    first: dict[tuple[str, str], int] = {}
    for at, waiver in _waivers(document):
        what = (str(waiver.get("code")), str(waiver.get("path")))
        if what in first:
            line, _ = document.place(("waivers", first[what]))
            code, path = what
            yield Fault(("waivers", at), f"{code} of '{path}' is waived in line {line} already; remove one")
        first.setdefault(what, at)


def _waivers(document: Document) -> Iterator[tuple[int, dict[str, object]]]:
    for at, waiver in enumerate(document.data["waivers"]):
        if isinstance(waiver, dict):
            yield at, waiver
