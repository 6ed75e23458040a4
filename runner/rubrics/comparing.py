"""What changed between two versions of a rubric, and which verdicts still stand. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from runner.rubrics.matching import Placed, Side, match, side
from validators.digest import leaf_digests
from validators.ids import escape_id
from validators.tree import Mode, Node, Rule, node_shares

ADDED, REMOVED = "added", "removed"
# What can happen to a criterion that stays, in the order in which it is told.
KINDS = (
    ADDED, REMOVED, "moved", "renamed", "reworded",
    "re-weighted", "re-categorised", "check changed", "reordered",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What happened to one criterion; before and after are None where it was not there.

    The shares are of the whole score, 0..1; None where it is not in view.
    """

    kinds: tuple[str, ...]
    before: Placed | None
    after: Placed | None
    share_before: float | None
    share_after: float | None

    @property
    def leaf(self) -> bool:
        """Whether it is a leaf."""
        placed = self.after or self.before
        return placed is not None and not placed.node.children


@dataclass(frozen=True)
class Comparison:
    """Two versions of a rubric: what changed, and the old path of each new leaf whose verdicts stand.

    Verdicts stand for whatever asks the same question, wherever it stood. asked_anew are new paths of leaves
    that were there, and whose own words or those above them changed.
    moved_share is the part of the score, 0..1, that leaves lost and others gained.
    """

    old: Node
    new: Node
    changes: tuple[Change, ...]
    standing: Mapping[str, str]
    asked_anew: tuple[str, ...]
    moved_share: float


def compare(old: Node, new: Node, mode: Mode = "full", rule: Rule = "paper-2025") -> Comparison:
    """Compare two versions of a rubric; shares are those of the mode and the rule."""
    before, after = side(old), side(new)
    pairs = match(before, after)
    there = set(pairs.values())
    digests, new_digests = leaf_digests(old), leaf_digests(new)
    found = {path: pairs[path] for path in new_digests if path in pairs}
    standing = _standing(digests, new_digests, found)
    shares, new_shares = node_shares(old, mode, rule), node_shares(new, mode, rule)
    kept = [
        Change(kinds, before[was] if was else None, placed, shares.get(was or ""), new_shares.get(path))
        for path, placed in after.items()
        if (kinds := _kinds(pairs, before, after, path))
        for was in [pairs.get(path)]
    ]
    gone = [
        Change((REMOVED,), placed, None, shares.get(path), None)
        for path, placed in before.items()
        if path not in there
    ]
    lost = sum(max(0.0, shares.get(was, 0.0) - new_shares.get(path, 0.0)) for path, was in found.items())
    lost += sum(shares.get(path, 0.0) for path in digests.keys() - set(found.values()))
    anew = tuple(path for path in found if path not in standing)
    return Comparison(old, new, (*kept, *gone), standing, anew, lost)


def _standing(old: dict[str, str], new: dict[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """An old leaf of the same digest for every new one that has any: its own before others, each once."""
    standing = {path: was for path, was in found.items() if old[was] == new[path]}
    free: defaultdict[str, list[str]] = defaultdict(list)
    used = set(standing.values())
    for was, digest in reversed(old.items()):
        if was not in used:
            free[digest].append(was)
    return standing | {
        path: free[digest].pop() for path, digest in new.items() if path not in standing and free[digest]
    }


def _kinds(pairs: Mapping[str, str], before: Side, after: Side, path: str) -> tuple[str, ...]:
    """What happened to a criterion of the new version."""
    if path not in pairs:
        return (ADDED,)
    old, new = before[pairs[path]], after[path]
    changed = {
        "moved": pairs.get(new.parent, "") != old.parent,
        "renamed": new.node.id != old.node.id,
        "reworded": new.node.requirement != old.node.requirement,
        "re-weighted": new.node.weight != old.node.weight,
        "re-categorised": (new.node.category, new.node.facet) != (old.node.category, old.node.facet),
        "check changed": new.node.check != old.node.check,
        "reordered": _reordered(pairs, old, new),
    }
    return tuple(kind for kind in KINDS if changed.get(kind))


def _reordered(pairs: Mapping[str, str], old: Placed, new: Placed) -> bool:
    """Whether the children that stayed stand in another order."""
    places = {f"{old.path}/{escape_id(child.id)}": place for place, child in enumerate(old.node.children)}
    kept = [places.get(pairs.get(f"{new.path}/{escape_id(child.id)}", "")) for child in new.node.children]
    order = [place for place in kept if place is not None]
    return order != sorted(order)
