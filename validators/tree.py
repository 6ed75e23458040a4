"""The rubric as a plain tree: paths, walks, pruning and effective weights. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from validators.ids import escape_id

Mode = Literal["full", "code-dev", "resources-provided"]
Rule = Literal["paper-2025", "upstream-2026-04"]
MODES: tuple[Mode, ...] = ("full", "code-dev", "resources-provided")
RULES: tuple[Rule, ...] = ("paper-2025", "upstream-2026-04")
RESOURCE_FACET = "Dataset and Model Acquisition"


@dataclass(frozen=True, slots=True)
class Node:
    """A criterion: a branch with children, or a leaf with a category."""

    id: str
    requirement: str
    weight: float
    category: str | None = None
    facet: str | None = None
    check: dict[str, Any] | None = None
    children: tuple["Node", ...] = ()


def node_from_data(data: dict[str, Any]) -> Node:
    """The tree of a criterion of rubric/v1 or snapshot/v1, given as plain data that its schema accepts."""
    return Node(
        id=data["id"],
        requirement=data["requirement"],
        weight=data.get("weight", 1),
        category=data.get("category"),
        facet=data.get("facet"),
        check=data.get("check"),
        children=tuple(node_from_data(child) for child in data.get("children", ())),
    )


def walk(root: Node) -> Iterator[tuple[str, Node]]:
    """Every node with its path of ids from the root, parents first, in order."""
    stack = [(escape_id(root.id), root)]
    while stack:
        path, node = stack.pop()
        yield path, node
        stack.extend((f"{path}/{escape_id(child.id)}", child) for child in reversed(node.children))


def leaves(root: Node) -> Iterator[tuple[str, Node]]:
    """Every leaf with its path, in order."""
    return ((path, node) for path, node in walk(root) if not node.children)


def leaves_with_texts(root: Node) -> Iterator[tuple[str, tuple[str, ...], Node]]:
    """Every leaf with its path and the requirements of the branches above it, in order."""
    stack: list[tuple[str, tuple[str, ...], Node]] = [(escape_id(root.id), (), root)]
    while stack:
        path, texts, node = stack.pop()
        if not node.children:
            yield path, texts, node
            continue
        below = (*texts, node.requirement)
        stack.extend((f"{path}/{escape_id(child.id)}", below, child) for child in reversed(node.children))


def prune_code_dev(root: Node) -> Node | None:
    """The tree without leaves of other categories than Code Development; None when none is left.

    A Subtree leaf stands for a whole branch. It stays where the tree was graded code-dev already, which
    is where no leaf of another category is in it.
    """
    found = {leaf.category for _, leaf in leaves(root)}
    return _only(root, found if found <= {"Code Development", "Subtree"} else {"Code Development"})


def _only(root: Node, categories: Collection[str | None]) -> Node | None:
    if not root.children:
        return root if root.category in categories else None
    kept = tuple(child for child in (_only(one, categories) for one in root.children) if child is not None)
    return replace(root, children=kept) if kept else None


def _without_resources(root: Node) -> Node:
    if not root.children:
        return replace(root, weight=0) if root.facet == RESOURCE_FACET else root
    return replace(root, children=tuple(map(_without_resources, root.children)))


def _zero_weight(node: Node) -> bool:
    return node.weight == 0 or (bool(node.children) and all(map(_zero_weight, node.children)))


def _drop_zero(node: Node) -> Node:
    """Under paper-2025 a subtree of zero weight leaves the mean, instead of dragging it to 0."""
    kept = tuple(
        replace(child, weight=0) if _zero_weight(child) else _drop_zero(child) for child in node.children
    )
    return replace(node, children=kept)


def view(root: Node, mode: Mode, rule: Rule) -> Node | None:
    """The tree as a mode and a rule see it; None when nothing of it is left."""
    tree = prune_code_dev(root) if mode == "code-dev" else root
    if tree is not None and mode == "resources-provided":
        tree = _without_resources(tree)
    if tree is not None and rule == "paper-2025":
        tree = _drop_zero(tree)
    return tree


def effective_weights(root: Node, mode: Mode, rule: Rule) -> dict[str, float]:
    """The share of the score of every leaf in view, by path; a score is the sum of share times leaf score.

    Shares add up to 1, except that upstream's rule lets an all-zero branch drag the total below 1.
    """
    tree = view(root, mode, rule)
    shares: dict[str, float] = {}
    stack = [(escape_id(tree.id), tree, 1.0)] if tree is not None else []
    while stack:
        path, node, share = stack.pop()
        if not node.children:
            shares[path] = share
            continue
        total = sum(child.weight for child in node.children)
        for child in reversed(node.children):
            part = share * child.weight / total if total else 0.0
            stack.append((f"{path}/{escape_id(child.id)}", child, part))
    return shares


def node_shares(root: Node, mode: Mode, rule: Rule) -> dict[str, float]:
    """The share of the score of every node in view, by path: the sum of its leaves' shares."""
    tree = view(root, mode, rule)
    shares = dict.fromkeys((path for path, _ in walk(tree)), 0.0) if tree is not None else {}
    for leaf, share in effective_weights(root, mode, rule).items():
        path = leaf
        while path:
            shares[path] += share
            path = path.rpartition("/")[0]
    return shares
