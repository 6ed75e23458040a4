"""Rules about papers whose text and rubric are fetched from where upstream keeps them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.hydration import how_to_fetch
from validators.rules.rule import Note
from validators.words import listed


def all_or_nothing_is_here(document: Document) -> Iterator[Fault | Note]:
    """Of what a paper pins of upstream, all files are here or none.

    Why: an entry of the catalogue may stand without its text and rubric, but an attempt at half a paper,
    or a judge without an addendum, would go unnoticed.
    Mend: fetch what lacks with `paperbench hydrate ID`.
    Example:
        papers/heavy-ball/paper.md exists, and rubrics/heavy-ball.yaml, which paper.yaml pins too, does not
    """
    root, paper = document.root, document.data.get("id")
    if root is None or not document.placed or not isinstance(paper, str):
        return
    fetched = root.fetchable(paper)
    lacking = [place for place in fetched if not root.is_file(root.path / place)]
    if lacking and len(lacking) == len(fetched):
        yield Note("papers not hydrated: their texts and rubrics are not checked", 1)
    elif lacking:
        message = f"paper is half hydrated, without {listed(lacking)}; run '{how_to_fetch(paper)}'"
        yield Fault(("source",), message, at_key=True)


def leaves_are_as_many_as_pinned(document: Document) -> Iterator[Fault]:
    """A fetched rubric has the criteria and leaves that its paper's `source` counts.

    Why: the counts stand in the catalogue, so that splits can be planned before anything is fetched; a
    rubric with others is not upstream's.
    Mend: correct the counts, or fetch the rubric again with `paperbench hydrate ID --force`; changes to it
    belong in rubrics/<id>.patch.yaml.
    Example:
        source: {nodes: 3, leaves: {Code Development: 2}, ...}   # and the rubric has 3 leaves
    """
    root, paper = document.root, document.data.get("paper")
    # What an overlay makes of a rubric is no longer upstream's, nor meant to be.
    if root is None or not document.placed or document.origin is not None or not isinstance(paper, str):
        return
    data = root.data(root.path / "papers" / paper / "paper.yaml")
    source = data.get("source") if isinstance(data, dict) else None
    if not isinstance(source, dict):
        return
    criteria = [criterion for _, criterion in document.criteria]
    nodes, counts = source.get("nodes"), source.get("leaves")
    if isinstance(nodes, int) and nodes != len(criteria):
        yield Fault(
            ("criterion",),
            f"rubric has {len(criteria)} criteria, and paper.yaml counts {nodes}; "
            f"correct it, or run '{how_to_fetch(paper)} --force'",
            at_key=True,
        )
    if isinstance(counts, dict):
        yield from _differing(criteria, counts, paper)


def _differing(criteria: list[dict[str, Any]], counts: dict[str, Any], paper: str) -> Iterator[Fault]:
    found = Counter(one.get("category") for one in criteria if not one.get("children"))
    for category, count in counts.items():
        if count != found[category]:
            yield Fault(
                ("criterion",),
                f"rubric has {found[category]} leaves of {category}, and paper.yaml counts {count}; "
                f"correct it, or run '{how_to_fetch(paper)} --force'",
                at_key=True,
            )
