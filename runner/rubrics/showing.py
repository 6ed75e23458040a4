"""Prints a rubric as a tree: coloured and cut to the width on a terminal, whole lines elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from validators.tree import Mode, Node, Rule, leaves, node_shares, view, walk

CATEGORY_STYLES = {"Code Development": "green", "Code Execution": "yellow", "Result Analysis": "cyan"}
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


def print_lines(lines: Sequence[Line]) -> None:
    """Print criteria: share, weight, category or number of leaves, id, requirement."""
    console = Console(highlight=False)
    weights = [f"{line.weight:g}" for line in lines]
    width = max(map(len, [*weights, "weight"]))
    kinds = [line.category or f"{line.leaves} leaves" for line in lines]
    wide = max(map(len, kinds), default=0)
    rows = [
        Text(f"{'share':>8}  {'weight':>{width}}  {'category':<{wide}}  id and requirement", style="bold")
    ]
    for line, weight, kind in zip(lines, weights, kinds, strict=True):
        row = Text(f"{100 * line.share:6.2f} %  {weight:>{width}}  ")
        row.append(f"{kind:<{wide}}  ", CATEGORY_STYLES.get(line.category or "", "dim"))
        row.append("  " * line.depth)
        row.append(line.id, "bold blue" if line.category is None else "blue")
        row.append("  " + " ".join(line.requirement.split()))
        rows.append(row)
    for row in rows:
        if console.is_terminal:
            console.print(row, no_wrap=True, overflow="ellipsis", crop=True)
        else:
            print(row.plain)
