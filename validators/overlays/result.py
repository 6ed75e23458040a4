"""What the rules for rubrics say of a rubric with an overlay's edits, and of no other."""

from collections import Counter
from collections.abc import Callable, Iterator

from validators.documents import Document, kind_and_faults
from validators.faults import Fault
from validators.overlays.edits import apply_edits
from validators.rules.overlay import hydrated_rubric
from validators.rules.rule import Note

RUBRIC = "rubric/v1"
Told = Callable[[Document, list[Fault]], Iterator[Fault | Note]]


def result_faults(overlay: Document, told: Told) -> Iterator[Fault]:
    """The faults that a well-shaped overlay brings into its rubric, each placed on the edit behind it.

    Nothing where the rubric is not hydrated, or where an edit does not fit. Takes what tells all rules apply.
    """
    rubric = hydrated_rubric(overlay)
    applied = apply_edits(rubric, overlay.data) if rubric is not None else None
    if applied is None or applied.misfits:
        return
    path = overlay.path.with_name(f"{overlay.data['paper']}.yaml")
    before = Document(path, overlay.name, RUBRIC, overlay.text, rubric, overlay.root)
    after = before._replace(data=applied.rubric, origin=applied.origin)
    known = Counter((fault.code, fault.message) for fault in _faults(before, told))
    for fault in _faults(after, told):
        if known[fault.code, fault.message]:
            known[fault.code, fault.message] -= 1
        else:
            yield fault._replace(where=applied.origin(fault.where))


def _faults(rubric: Document, told: Told) -> Iterator[Fault]:
    shape = kind_and_faults(rubric.data, RUBRIC)[1]
    yield from shape
    yield from (one for one in told(rubric, shape) if isinstance(one, Fault))
