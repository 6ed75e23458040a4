"""Finds the criteria of one version of a rubric again in another: by path, then by id, then by text. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from validators.tree import Node, walk


@dataclass(frozen=True)
class Placed:
    """A criterion in its place."""

    path: str
    node: Node

    @property
    def parent(self) -> str:
        """The path of the criterion above; empty for the root."""
        return self.path.rpartition("/")[0]


Side = Mapping[str, Placed]
# From the surest sign to the weakest; a leaf is never found again in a branch.
_SIGNS: tuple[Callable[[Placed], Hashable], ...] = (
    lambda placed: (placed.node.id, placed.node.requirement),
    lambda placed: placed.node.id,
    lambda placed: placed.node.requirement,
)


def side(root: Node) -> dict[str, Placed]:
    """Every criterion by its path, parents first."""
    return {path: Placed(path, node) for path, node in walk(root)}


def match(old: Side, new: Side) -> dict[str, str]:
    """The old path of every criterion of the new version that was there before, by its new path."""
    pairs = {path: path for path in new if path in old and _alike(old[path], new[path])}
    root, new_root = next(iter(old)), next(iter(new))
    if _alike(old[root], new[new_root]):
        pairs[new_root] = root
    _inherit(pairs, old, new)
    for sign in _SIGNS:
        _pair(pairs, old, new, sign)
        _inherit(pairs, old, new)
    return pairs


def _alike(one: Placed, other: Placed) -> bool:
    return bool(one.node.children) == bool(other.node.children)


def _pair(pairs: dict[str, str], old: Side, new: Side, sign: Callable[[Placed], Hashable]) -> None:
    """Match what is left over and bears a sign that only one criterion on each side bears."""
    taken = set(pairs.values())
    before, after = _by_sign(old, taken, sign), _by_sign(new, set(pairs), sign)
    for key, paths in after.items():
        if len(paths) == 1 == len(before.get(key, ())):
            pairs[paths[0]] = before[key][0]


def _by_sign(
    criteria: Side, taken: set[str], sign: Callable[[Placed], Hashable]
) -> dict[Hashable, list[str]]:
    found: defaultdict[Hashable, list[str]] = defaultdict(list)
    for path, placed in criteria.items():
        if path not in taken:
            found[bool(placed.node.children), sign(placed)].append(path)
    return found


def _inherit(pairs: dict[str, str], old: Side, new: Side) -> None:
    """Match children of one id whose parents match: what stands below a moved or renamed branch."""
    taken = set(pairs.values())
    for path, placed in new.items():
        above = pairs.get(placed.parent)
        if path in pairs or above is None:
            continue
        before = above + path[len(placed.parent) :]
        if before in old and before not in taken and _alike(old[before], placed):
            pairs[path] = before
            taken.add(before)
