"""Finds the criteria of one version of a rubric again in another: by text, id and place. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from validators.ids import escape_id
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

    @property
    def below(self) -> list[str]:
        """The paths of its children, in order."""
        return [f"{self.path}/{escape_id(child.id)}" for child in self.node.children]


Side = Mapping[str, Placed]
_Sign = Callable[[Node], Hashable]


def _words(node: Node) -> Hashable:
    return node.requirement


def _id(node: Node) -> Hashable:
    return node.id


def _id_and_words(node: Node) -> Hashable:
    return node.id, node.requirement


def side(root: Node) -> dict[str, Placed]:
    """Every criterion by its path, parents first."""
    return {path: Placed(path, node) for path, node in walk(root)}


def match(old: Side, new: Side) -> dict[str, str]:
    """The old path of every criterion of the new version that was there before, by its new path.

    A text says more than an id, which renumbering hands on to another criterion; and what stands below the
    same criterion is found before what stands anywhere.
    """
    made = _Matching(old, new)
    made.pair(next(iter(new)), next(iter(old)))
    made.below(_id_and_words, _words)
    for sign in (_id_and_words, _words):
        made.anywhere(sign)
        made.below(_id_and_words, _words)
    made.below(_id_and_words, _words, _id)
    made.anywhere(_id)
    made.below(_id_and_words, _words, _id)
    for path in new:
        made.pair(path, path)
    return made.pairs


@dataclass
class _Matching:
    """What is found so far: old paths by new ones, and old paths that are taken."""

    old: Side
    new: Side
    pairs: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def pair(self, path: str, was: str) -> None:
        """Match two criteria that are free; a leaf is never found again in a branch."""
        if path in self.pairs or was in self.taken or was not in self.old:
            return
        if bool(self.new[path].node.children) == bool(self.old[was].node.children):
            self.pairs[path] = was
            self.taken.add(was)

    def anywhere(self, sign: _Sign) -> None:
        """Match what is free and bears a sign that only one criterion on each side bears."""
        self._by_sign(self.new, self.old, sign)

    def below(self, *signs: _Sign) -> None:
        """The same among the children of what is matched, and at once among those of theirs."""
        for path, placed in self.new.items():
            if placed.node.children and path in self.pairs:
                for sign in signs:
                    self._by_sign(placed.below, self.old[self.pairs[path]].below, sign)

    def _by_sign(self, paths: Iterable[str], before: Iterable[str], sign: _Sign) -> None:
        old = _grouped(self.old, (path for path in before if path not in self.taken), sign)
        new = _grouped(self.new, (path for path in paths if path not in self.pairs), sign)
        for key, found in new.items():
            if len(found) == 1 == len(old.get(key, ())):
                self.pair(found[0], old[key][0])


def _grouped(criteria: Side, paths: Iterable[str], sign: _Sign) -> dict[Hashable, list[str]]:
    found: defaultdict[Hashable, list[str]] = defaultdict(list)
    for path in paths:
        node = criteria[path].node
        found[bool(node.children), sign(node)].append(path)
    return found
