"""Rules about overlays: what they are pinned to, and whether their edits fit."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document, kind_and_faults
from validators.faults import Fault
from validators.overlays.base import pinned_sha256, why_another_base
from validators.roots import OVERLAY
from validators.rules.rule import Note
from validators.words import shown


def overlay_file_is_id(document: Document) -> Iterator[Fault]:
    """An overlay's file has its paper's id for its name.

    Why: the overlay of a paper is looked for under rubrics/<id>.patch.yaml and nowhere else.
    Mend: rename the file or change `paper`.
    Example:
        rubrics/heavyball.patch.yaml:  paper: heavy-ball
    """
    name, paper = document.path.name.removesuffix(OVERLAY), document.data.get("paper")
    if document.placed and name != paper:
        yield Fault(
            ("paper",), f"paper {shown(paper)} is not its file's name; write '{name}', or rename the file"
        )


def base_is_pinned_by_paper(document: Document) -> Iterator[Fault]:
    """An overlay's base is the rubric.json that its paper pins.

    Why: the edits were made for one rubric. When the paper moves on to another commit of upstream, somebody
    has to look whether they still say what was meant.
    Mend: look at each edit again, then write the sha256 that paper.yaml pins.
    Example:
        base: 00...00     # and source.files of paper.yaml says {path: rubric.json, sha256: 11...11}
    """
    pinned = _pinned(document)
    if pinned is not None and document.data.get("base") != pinned:
        message = f"paper.yaml pins rubric.json as {pinned}; look at each edit again, then write that"
        yield Fault(("base",), message)


def rubric_is_upstreams(document: Document) -> Iterator[Fault]:
    """An overlay edits a rubric that is kept upstream, never one that is kept here.

    Why: a rubric of our own says itself what it says; an overlay would hide that in a second place.
    Mend: make the edits in rubrics/<id>.yaml, and remove the overlay.
    Example:
        rubrics/heavy-ball.patch.yaml, where papers/heavy-ball/paper.yaml has no source with a rubric.json
    """
    if isinstance(_paper(document), dict) and _pinned(document) is None:
        paper = document.data.get("paper")
        message = f"the rubric of {shown(paper)} is kept here, not upstream; edit rubrics/{paper}.yaml itself"
        yield Fault(("paper",), message)


def rubric_is_base(document: Document) -> Iterator[Fault]:
    """The hydrated rubric is the one that the overlay is pinned to, to the byte.

    Why: rubrics/<id>.yaml is ignored by git once it is hydrated; what somebody edits there is seen by nobody
    else, and their scores would be compared with those of the published rubric.
    Mend: hydrate the paper again, and put the edits into the overlay.
    Example:
        rubrics/rice.yaml:  a criterion was given a weight of 3 by hand
    """
    rubric = hydrated_rubric(document)
    # Of another base than the paper's R241 speaks.
    if rubric is None or document.data.get("base") != _pinned(document):
        return
    if (why := why_another_base(rubric, document.data)) is not None:
        yield Fault(("base",), why)


def edits_fit(document: Document) -> Iterator[Fault | Note]:
    """Every edit of an overlay fits the rubric, made in order.

    Why: an edit of a criterion that is not there, or that is no longer what it was, would do nothing or do
    something else. Where the rubric is not hydrated, nothing is tried, and a note says so.
    Mend: mend the path; `paperbench rubric tree rubrics/<id>.yaml --json` prints every path of the rubric.
    Example:
        - {kind: reweight, path: rice/method/maks, weight: 2}     # rice/method/mask is there
    """
    rubric = hydrated_rubric(document)
    if rubric is None:
        yield Note("overlay edits not checked, as their rubric is not hydrated", _waiting(document))
        return
    from validators.overlays.edits import apply_edits  # noqa: PLC0415  few roots have overlays

    yield from apply_edits(rubric, document.data).misfits


def edits_change_something(document: Document) -> Iterator[Fault]:
    """Every edit of an overlay changes something.

    Why: whoever reviews it would look for a difference that is not there.
    Mend: remove the edit, or write what was meant.
    Example:
        - {kind: reweight, path: rice/method, weight: 2}     # its weight is 2 already
    """
    rubric = hydrated_rubric(document)
    if rubric is None:
        return
    from validators.overlays.edits import apply_edits  # noqa: PLC0415  as above

    for number in apply_edits(rubric, document.data).idle:
        kind = document.data["edits"][number]["kind"]
        yield Fault(("edits", number), f"this {kind} changes nothing; remove it, or write what was meant")


def _waiting(document: Document) -> int:
    return len(document.data["edits"]) if document.root is not None else 0


def _paper(document: Document) -> Any:
    paper = document.data.get("paper")
    if document.root is None or not isinstance(paper, str):
        return None
    return document.root.data(document.root.path / "papers" / paper / "paper.yaml")


def _pinned(document: Document) -> str | None:
    paper = _paper(document)
    return pinned_sha256(paper) if isinstance(paper, dict) else None


def hydrated_rubric(document: Document) -> dict[str, Any] | None:
    """The hydrated rubric, where it is there and well shaped."""
    paper = document.data.get("paper")
    if document.root is None or not isinstance(paper, str):
        return None
    rubric = document.root.data(document.root.path / "rubrics" / f"{paper}.yaml")
    if rubric is None or kind_and_faults(rubric, "rubric/v1")[1]:
        return None
    return dict(rubric)
