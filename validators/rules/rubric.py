"""Rules about rubrics: the tree and its criteria."""

import re
from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.quick_text import is_absent
from validators.words import shown

_LEAF_KEYS = ("category", "facet", "check", "review_minutes")
_UNTYPED = r"[^A-Za-z0-9._~-]"


def leaf_or_branch(document: Document) -> Iterator[Fault]:
    """A criterion is a leaf with a category, or a branch with children; never both.

    Why: a judge decides leaves by category, and a branch's score is only ever the mean of its children:
    what a branch says of category, facet, check or review time would be read by nobody.
    Mend: give the leaf a category; move a branch's category down to its leaves.
    Example:
        - id: training
          requirement: The model is trained.
          category: Code Execution     # but it has children
          children: [...]
    """
    for where, criterion in document.criteria:
        if not criterion.get("children"):
            if criterion.get("category") is None:
                message = f"leaf {shown(criterion.get('id'))} has no category; add one, or give it children"
                yield Fault(where, message)
            continue
        for key in _LEAF_KEYS:
            if criterion.get(key) is not None:
                message = f"branch {shown(criterion.get('id'))} has a {key}; move it to its leaves"
                yield Fault((*where, key), message, at_key=True)


def sibling_ids_differ(document: Document) -> Iterator[Fault]:
    """A criterion has an id of its own among its siblings.

    Why: verdicts are kept by the path of ids from the root, so one sibling's verdict would count for the
    other.
    Mend: rename the later one.
    Example:
        children:
          - {id: lr, requirement: The learning rate is 0.1., category: Code Development}
          - {id: lr, requirement: The rate decays to 0.01., category: Code Development}
    """
    for where, criterion in document.criteria:
        children = criterion.get("children")
        if children and len({child.get("id") for child in children}) < len(children):
            yield from _taken(document, where, children)


def _taken(document: Document, where: Location, children: list[dict[str, Any]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, child in enumerate(children):
        name = child.get("id")
        here = (*where, "children", number, "id")
        if name in first:
            line = document.place((*where, "children", first[name], "id"))[0]
            yield Fault(here, f"id {shown(name)} is taken by the sibling in line {line}; rename this one")
        elif name is not None:
            first[name] = number


def ids_can_be_typed(document: Document) -> Iterator[Fault]:
    """An id has letters, digits, - _ and . alone, and differs from its siblings' in more than case.

    Why: ids stand in paths of verdicts, of commands and of overlays; quotes, blanks and accents go wrong
    there, and who reads Lr for lr looks at another leaf.
    Mend: rename it.
    Example:
        children:
          - {id: "learning rate", requirement: The learning rate is 0.1., category: Code Development}
    """
    names = "\n".join([str(criterion.get("id")) for _, criterion in document.criteria])
    if not is_absent(names, r"[^A-Za-z0-9._~\n-]"):
        for where, criterion in document.criteria:
            if re.search(_UNTYPED, str(criterion.get("id"))):
                message = f"id {shown(criterion.get('id'))} is hard to type; keep to letters, digits, - _ ."
                yield Fault((*where, "id"), message)
    if is_absent(names, "[A-Z]"):
        return
    for where, criterion in document.criteria:
        children = criterion.get("children") or []
        ids = {child.get("id") for child in children}
        if len({str(name).lower() for name in ids}) < len(ids):
            yield from _alike(where, children)


def _alike(where: Location, children: list[dict[str, Any]]) -> Iterator[Fault]:
    first: dict[str, Any] = {}
    for number, child in enumerate(children):
        name = child.get("id")
        other = first.setdefault(str(name).lower(), name)
        if other != name:
            message = f"id {shown(name)} differs from its sibling {shown(other)} in case alone; rename one"
            yield Fault((*where, "children", number, "id"), message)


def requirement_says_something(document: Document) -> Iterator[Fault]:
    """A requirement is a sentence, not blank.

    Why: it is all a judge is told of the criterion.
    Mend: write what must be seen in the submission for the criterion to be met.
    Example:
        requirement: ""
    """
    for where, criterion in document.criteria:
        text = criterion.get("requirement")
        if isinstance(text, str) and not text.strip():
            message = f"criterion {shown(criterion.get('id'))} has an empty requirement"
            yield Fault((*where, "requirement"), f"{message}; write one checkable sentence")
