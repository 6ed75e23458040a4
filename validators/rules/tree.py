"""Rules about the form of a rubric's tree: its depth, its width, its branches."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.rules.parts import parts_of
from validators.words import shown

DEEPEST, WIDEST = 16, 60
DEEP, WIDE = 10, 30


def tree_can_be_reviewed(document: Document) -> Iterator[Fault]:
    """A rubric is at most 16 levels deep below its root, and a branch has at most 60 children.

    Why: nobody reviews a tree that is larger in either direction. Of PaperBench's 23 rubrics the deepest has
    9 levels below its root, and the widest branch has 30 children, so both bounds are far off.
    Mend: drop branches that only hand down to the next; group children under branches of their own.
    Example:
        children: [...]     # 61 of them
    """
    yield from _too_large(document, (DEEPEST, None), (WIDEST, None))


def tree_is_like_the_known_ones(document: Document) -> Iterator[Fault]:
    """A rubric is at most 10 levels deep below its root, and a branch has at most 30 children.

    Why: the experts who wrote PaperBench's 23 rubrics needed no more than 9 levels and 30 children. A judge
    reads the texts of all levels above a leaf; weights among many siblings are hard to compare.
    Mend: drop branches that only hand down to the next; group children under branches of their own.
    Example:
        children: [...]     # 31 of them
    """
    yield from _too_large(document, (DEEP, DEEPEST), (WIDE, WIDEST))


def _too_large(
    document: Document, depth: tuple[int, int | None], width: tuple[int, int | None]
) -> Iterator[Fault]:
    parts = parts_of(document)
    # A level takes two steps of a location, 'children' and a number.
    deepest = max(len(where) for where, _ in parts.leaves) // 2
    if deepest > depth[0] and (depth[1] is None or deepest <= depth[1]):
        for where, criterion in document.criteria:
            if len(where) // 2 == depth[0] + 1:
                message = f"criterion {shown(criterion.get('id'))} is {depth[0] + 1} levels below the root"
                yield Fault(where, f"{message}, where {depth[0]} are enough; make the tree flatter")
    for where, criterion, children in parts.branches:
        count = len(children)
        if count > width[0] and (width[1] is None or count <= width[1]):
            message = f"branch {shown(criterion.get('id'))} has {count} children"
            mend = f"where {width[0]} are enough; group them under branches of their own"
            yield Fault((*where, "children"), f"{message}, {mend}", at_key=True)


def branch_has_children_to_weigh(document: Document) -> Iterator[Fault]:
    """A branch has more than one child.

    Why: the score of an only child is its parent's, so one of the two says nothing; a reader looks for the
    sibling that was forgotten.
    Mend: join the two, or add what is missing.
    Example:
        - id: training
          requirement: The model is trained.
          children:
            - {id: run, requirement: Training runs for 100 epochs., category: Code Execution}
    """
    for where, criterion, children in parts_of(document).branches:
        if len(children) == 1:
            child = shown(children[0].get("id"))
            message = f"branch {shown(criterion.get('id'))} has one child, {child}"
            yield Fault((*where, "children"), f"{message}; join the two, or add what lacks", at_key=True)


def sibling_texts_differ(document: Document) -> Iterator[Fault]:
    """No two siblings have the same requirement.

    Why: a judge is asked the same twice and the weights are added up, which nobody meant; most often a line
    was copied and then not changed.
    Mend: say what the later one asks for, or remove it and raise the weight of the first.
    Example:
        children:
          - {id: adam, requirement: The learning rate is tuned., category: Code Development}
          - {id: sgd, requirement: The learning rate is tuned., category: Code Development}
    """
    for where, _, children in parts_of(document).branches:
        texts = [child.get("requirement") for child in children]
        if len(set(texts)) < len(texts):
            yield from _repeated(where, children)


def _repeated(where: Location, children: list[dict[str, Any]]) -> Iterator[Fault]:
    first: dict[str, Any] = {}
    for number, child in enumerate(children):
        text = child.get("requirement")
        if not isinstance(text, str) or not text.strip():
            continue
        if text in first:
            message = f"{shown(child.get('id'))} asks for the same as its sibling {shown(first[text])}"
            here = (*where, "children", number, "requirement")
            yield Fault(here, f"{message}; say what it asks for, or remove it")
        else:
            first[text] = child.get("id")
