"""Rules about waivers: what may be waived, and how often."""

from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.words import advise


def code_is_of_a_rule(document: Document) -> Iterator[Fault]:
    """A waiver names a code that there is.

    Why: a misspelt code waives nothing, and its author believes that it does.
    Mend: take the code that `paperbench check` prints.
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
