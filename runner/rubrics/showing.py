"""The criteria of a rubric in view, a line each, with their shares of the score. Pure."""

from dataclasses import dataclass

from validators.tree import Mode, Node, Rule, leaves, node_shares, view, walk

RULE: Rule = "paper-2025"


@dataclass(frozen=True)
class Line:
    """One criterion of a tree in view; the share is of the whole score, 0..1."""

    path: str
    id: str
    depth: int
    weight: float
    share: float
    category: str | None
    facet: str | None
    leaves: int
    requirement: str


def tree_lines(root: Node, mode: Mode, depth: int | None = None, category: str | None = None) -> list[Line]:
    """The criteria in view, parents first: down to a depth, and only what leads to leaves of a category."""
    tree = view(root, mode, RULE)
    if tree is None:
        return []
    shares = node_shares(root, mode, RULE)
    lines = (_line(path, node, shares[path], category) for path, node in walk(tree))
    return [line for line in lines if line.leaves and (depth is None or line.depth <= depth)]


def _line(path: str, node: Node, share: float, category: str | None) -> Line:
    below = sum(1 for _, leaf in leaves(node) if category in {None, leaf.category})
    return Line(
        path=path,
        id=node.id,
        depth=path.count("/"),
        weight=node.weight,
        share=share,
        category=node.category,
        facet=node.facet,
        leaves=below,
        requirement=node.requirement,
    )
