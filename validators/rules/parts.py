"""The leaves and branches of a rubric, with the leaves' shares of the score, once for all rules that ask."""

from functools import cached_property
from typing import Any

from validators.documents import Document
from validators.findings import Location
from validators.limits import LARGEST_WEIGHT

# Below this a rubric is a beginning or a demonstration; the smallest of PaperBench's 23 has 69.
ENOUGH_LEAVES = 20
END = b"\0"


class Parts:
    """Every leaf as location and criterion, every branch with its children too, in no order that matters."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.leaves: list[tuple[Location, dict[str, Any]]] = []
        self.branches: list[tuple[Location, dict[str, Any], list[dict[str, Any]]]] = []
        for where, criterion in document.criteria:
            children = criterion.get("children")
            if children:
                self.branches.append((where, criterion, children))
            else:
                self.leaves.append((where, criterion))

    @cached_property
    def text(self) -> bytes:
        """The requirements of all leaves, one after the other, with END between them."""
        end = END.decode()
        return end.join([leaf["requirement"].replace(end, " ") for _, leaf in self.leaves]).encode()

    @cached_property
    def shares(self) -> list[float]:
        """The share of the score of each leaf, under paper-2025 in the full protocol.

        Raises ValueError or TypeError for weights that the schema refuses.
        """
        shares = {id(criterion): 1.0 for _, criterion in self.document.criteria[:1]}
        for _, criterion, children in self.branches:
            weights = [child.get("weight", 1) for child in children]
            if min(weights) <= 0 or max(weights) > LARGEST_WEIGHT:
                raise ValueError("a weight is not of a rubric")
            part = shares[id(criterion)] / sum(weights)
            for child, weight in zip(children, weights, strict=True):
                shares[id(child)] = part * weight
        return [shares[id(leaf)] for _, leaf in self.leaves]


# The rules of one document run one after another.
_last: list[Parts] = []


def parts_of(document: Document) -> Parts:
    """The parts of a rubric."""
    if not _last or _last[0].document is not document:
        _last[:] = [Parts(document)]
    return _last[0]
