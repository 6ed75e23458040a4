"""Counts a rubric: nodes, leaves, depth, categories, and how few leaves carry the score. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from runner.words import counted
from validators.tree import Node, effective_weights, leaves, prune_code_dev, walk

CATEGORIES = {"Code Development": "code_dev", "Code Execution": "code_exec", "Result Analysis": "result"}
CARRIED = (90, 95, 99)
COLUMNS = (
    "paper", "nodes", "leaves", "depth",
    *CATEGORIES.values(),
    *(f"share_{name}" for name in CATEGORIES.values()),
    *(f"leaves_{percent}" for percent in CARRIED),
)  # fmt: skip
# What sums of many shares may be off by.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Count:
    """The figures of one rubric; the root has depth 0, shares are of the score in 0..1."""

    paper: str
    nodes: int
    leaves: int
    depth: int
    categories: dict[str, int]
    shares: dict[str, float]
    carried_by: dict[int, int]
    facets: dict[str, int]
    code_dev_nodes: int
    code_dev_leaves: int
    most_children: int
    largest_weight: float


def count_rubric(paper: str, root: Node) -> Count:
    """The figures of a rubric, under the paper's scoring rule."""
    nodes = list(walk(root))
    ends = dict(leaves(root))
    weights = effective_weights(root, "full", "paper-2025")
    pruned = prune_code_dev(root)
    return Count(
        paper=paper,
        nodes=len(nodes),
        leaves=len(ends),
        depth=max(path.count("/") for path in ends),
        categories=dict(Counter(leaf.category or "none" for leaf in ends.values())),
        shares=_shares(weights, ends),
        carried_by={percent: _fewest(weights.values(), percent / 100) for percent in CARRIED},
        facets=dict(Counter(leaf.facet or "no facet" for leaf in ends.values()).most_common()),
        code_dev_nodes=sum(1 for _ in walk(pruned)) if pruned else 0,
        code_dev_leaves=sum(1 for _ in leaves(pruned)) if pruned else 0,
        most_children=max(len(node.children) for _, node in nodes),
        largest_weight=max(node.weight for _, node in nodes),
    )


def _shares(weights: dict[str, float], ends: dict[str, Node]) -> dict[str, float]:
    """What a submission scores that passes exactly the leaves of one category."""
    shares = dict.fromkeys((leaf.category or "none" for leaf in ends.values()), 0.0)
    for path, weight in weights.items():
        shares[ends[path].category or "none"] += weight
    return shares


def _fewest(weights: Iterable[float], share: float) -> int:
    """The smallest number of leaves that hold so much of the score together."""
    held = 0.0
    ordered = sorted(weights, reverse=True)
    for number, weight in enumerate(ordered, start=1):
        held += weight
        if held >= share - ROUNDING:
            return number
    return len(ordered)


def as_record(count: Count) -> dict[str, Any]:
    """The figures of one rubric, flat: a row of the table."""
    row: dict[str, Any] = {"paper": count.paper, "nodes": count.nodes}
    row |= {"leaves": count.leaves, "depth": count.depth}
    row |= {name: count.categories.get(category, 0) for category, name in CATEGORIES.items()}
    row |= {f"share_{name}": count.shares.get(category, 0.0) for category, name in CATEGORIES.items()}
    return row | {f"leaves_{percent}": number for percent, number in count.carried_by.items()}


def more_of(count: Count) -> dict[str, Any]:
    """The figures of one rubric that its row leaves out."""
    return {
        "code_dev_tree_nodes": count.code_dev_nodes,
        "code_dev_tree_leaves": count.code_dev_leaves,
        "most_children": count.most_children,
        "largest_weight": count.largest_weight,
        "facets": count.facets,
    }


def totals(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The last row of a table of papers: sums, the deepest depth, and means of the shares.

    None where a paper that is counted does not have the figure.
    """
    present = [record for record in records if record.get("leaves") is not None]
    row: dict[str, Any] = {"paper": counted(len(present), "paper")}
    for column in COLUMNS[1:]:
        values = [record[column] for record in present if record.get(column) is not None]
        join = max if column == "depth" else fmean if column.startswith("share_") else sum
        row[column] = join(values) if values and len(values) == len(present) else None
    return row
