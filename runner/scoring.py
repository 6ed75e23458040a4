"""Scores as intervals up a tree. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from validators.ids import escape_id
from validators.tree import Mode, Node, Rule, view, walk


@dataclass(frozen=True, slots=True)
class Interval:
    """What a score can still be, in 0..1; judged and leaves count leaves that hold a share of it."""

    lower: float
    upper: float
    judged: int = 0
    leaves: int = 0

    @property
    def complete(self) -> bool:
        """Whether every leaf is judged, so that the bounds are one score."""
        return self.judged == self.leaves


ZERO = Interval(0.0, 0.0, 0, 0)


def tree_scores(
    root: Node, scores: Mapping[str, float | None], mode: Mode, rule: Rule
) -> dict[str, Interval]:
    """The interval of every node in view, by path, from the scores of leaves by path.

    A leaf that is missing or None counts 0 below and 1 above; under upstream-2026-04 it counts 0.
    Nodes without a score are left out: under paper-2025 those below which nothing has weight.
    Raises ValueError for a score outside 0..1.
    """
    found: dict[str, Interval] = {}
    tree = view(root, mode, rule)
    for path, node in reversed(list(walk(tree)) if tree is not None else []):
        if not node.children:
            found[path] = _leaf(scores.get(path), rule, path)
            continue
        children = [(child.weight, found.get(f"{path}/{escape_id(child.id)}")) for child in node.children]
        counted = [(weight, part) for weight, part in children if weight and part is not None]
        if counted:
            found[path] = _mean(counted)
        elif rule == "upstream-2026-04":
            found[path] = ZERO
    return found


def _leaf(score: float | None, rule: Rule, path: str) -> Interval:
    if score is None:
        return Interval(0.0, 0.0 if rule == "upstream-2026-04" else 1.0, 0, 1)
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"the score {score} of {path} is not in 0..1")
    return Interval(score, score, 1, 1)


def _mean(parts: Sequence[tuple[float, Interval]]) -> Interval:
    total = sum(weight for weight, _ in parts)
    lower = sum(weight * part.lower for weight, part in parts) / total
    upper = sum(weight * part.upper for weight, part in parts) / total
    judged, leaves = sum(part.judged for _, part in parts), sum(part.leaves for _, part in parts)
    return Interval(lower, upper, judged, leaves)
