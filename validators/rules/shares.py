"""Rules about what single leaves and categories are worth, in minutes and in shares of the score."""

from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.rules.parts import ENOUGH_LEAVES, parts_of
from validators.words import shown

REVIEW_MINUTES = 15
LARGEST_SHARE, SMALLEST_SHARE = 0.15, 1e-5
# Shares are sums and products of binary fractions.
_ROUNDING = 1e-9
_SPECK = SMALLEST_SHARE * (1 - _ROUNDING)
# What PaperBench's 23 rubrics have, with room: 22-80 %, 3-36 % and 11-64 % of the score.
_MIX = {
    "Code Development": (0.15, 0.85), "Code Execution": (0.02, 0.45), "Result Analysis": (0.08, 0.70),
}  # fmt: skip


def leaf_is_judged_in_minutes(document: Document) -> Iterator[Fault]:
    """A leaf takes an expert at most 15 minutes to judge.

    Why: the authors of PaperBench split their criteria until an expert could judge each leaf in less; what
    takes longer asks for several things, and two people will weigh them differently.
    Mend: split the leaf into what is looked at one after the other.
    Example:
        review_minutes: 40
    """
    for where, leaf in parts_of(document).leaves:
        minutes = leaf.get("review_minutes")
        if minutes is not None and minutes > REVIEW_MINUTES:
            message = f"{minutes} minutes to judge leaf {shown(leaf.get('id'))}"
            mend = f"an expert should need {REVIEW_MINUTES} at most; split it"
            yield Fault((*where, "review_minutes"), f"{message}; {mend}")


def leaf_is_no_large_part(document: Document) -> Iterator[Fault]:
    """No leaf is worth more than 15 % of the score, in a rubric of 20 leaves or more.

    Why: a single judgement of met or unmet, and a judge's one mistake, would move the score by that much. A
    rubric of few leaves is a beginning, and cannot help it.
    Mend: split the leaf, or lower its weight or that of a branch above it.
    Example:
        - {id: table-1, requirement: Table 1 is replicated., category: Result Analysis, weight: 40}
    """
    parts = parts_of(document)
    if len(parts.leaves) < ENOUGH_LEAVES:
        return
    for (where, leaf), share in zip(parts.leaves, parts.shares, strict=True):
        if share > LARGEST_SHARE + _ROUNDING:
            message = f"leaf {shown(leaf.get('id'))} is worth {share:.1%} of the score"
            yield Fault(where, f"{message}, where {LARGEST_SHARE:.0%} are enough; split it or weigh it less")


def leaf_is_no_speck(document: Document) -> Iterator[Fault]:
    """A leaf is worth a hundred-thousandth of the score or more.

    Why: it costs as much to judge as any other, and no printed score will ever show it.
    Mend: remove it, raise its weight or that of a branch above it, or group siblings into fewer leaves.
    Example:
        - {id: seed, requirement: The seed is 7., category: Code Development, weight: 1}
        - {id: model, requirement: The model is trained., category: Code Execution, weight: 200000}
    """
    parts = parts_of(document)
    for (where, leaf), share in zip(parts.leaves, parts.shares, strict=True):
        if share < _SPECK:
            message = f"leaf {shown(leaf.get('id'))} is worth {share:.1e} of the score"
            yield Fault(where, f"{message}, which no score shows; weigh it more, or leave it out")


def categories_are_mixed(document: Document) -> Iterator[Fault]:
    """Each category has a share of the score that is like that in known rubrics, from 20 leaves on.

    Why: a replication is code that was written, that ran, and whose results agree. In PaperBench's 23 rubrics
    Code Development carries 22 to 80 % of the score, Code Execution 3 to 36 %, and Result Analysis 11 to
    64 %. A rubric outside 15-85, 2-45 and 8-70 % measures something else.
    Mend: add leaves of the category that lacks, or weigh the branches anew.
    Example:
        a rubric of 50 leaves, none of them Result Analysis
    """
    parts = parts_of(document)
    if len(parts.leaves) < ENOUGH_LEAVES:
        return
    shares = dict.fromkeys(_MIX, 0.0)
    for (_, leaf), share in zip(parts.leaves, parts.shares, strict=True):
        # A leaf without a category is told so by R201.
        if (category := leaf.get("category")) in shares:
            shares[category] += share
    for category, (least, most) in _MIX.items():
        if not least <= shares[category] <= most:
            message = f"{category} carries {shares[category]:.0%} of the score, where"
            mend = "add leaves of what lacks, or weigh them anew"
            yield Fault(("criterion",), f"{message} {least:.0%} to {most:.0%} are usual; {mend}", at_key=True)
