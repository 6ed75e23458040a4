"""Matches graded trees with a paper's rubric, node by node and by position."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from runner.errors import PaperbenchError
from runner.upstream.grade_files import GradedNode
from runner.upstream.task_tree import sibling_ids, upstream_id
from validators.corpus import rubric_tree
from validators.digest import leaf_digests, rubric_digest
from validators.models.config import Protocol
from validators.models.rubric import Category, Criterion, Rubric
from validators.tree import RESOURCE_FACET, Node, leaves

# One node: id, requirement, weight, category, number of children.
Row = tuple[str, str, float, str | None, int]
_FIELDS = ("id", "requirement", "weight", "category", "number of children")
_CATEGORIES = frozenset({*get_args(Category), "Subtree", None})


@dataclass(frozen=True)
class Tree:
    """A scored tree: its digest, its protocol, and path and digest of each leaf that was graded."""

    root: Node
    digest: str
    protocol: Protocol
    leaves: tuple[tuple[str, str], ...]
    difference: str | None = None

    @cached_property
    def middles(self) -> tuple[str, ...]:
        """Path and digest of each leaf as a verdict's line spells them."""
        return tuple(
            f'{json.dumps(path, ensure_ascii=False)},"leaf":"{digest}' for path, digest in self.leaves
        )


@dataclass(frozen=True)
class PaperRubric:
    """A paper's rubric as the gradings of each protocol show it."""

    paper: str
    revision: int
    variants: tuple[tuple[list[Row], Tree], ...]


def paper_rubric(rubric: Rubric) -> PaperRubric:
    """The rubric with the trees that upstream grades under each protocol."""
    root = rubric_tree(rubric)
    digest, digests = rubric_digest(root), leaf_digests(root)
    paths = [path for path, _ in leaves(root)]
    variants: list[tuple[list[Row], Tree]] = []
    protocols: tuple[Protocol, ...] = ("full", "code-dev", "resources-provided")
    for protocol in protocols:
        kept = _rows(rubric.criterion, protocol)
        graded = [paths[leaf] for leaf in _graded_leaves(rubric.criterion, protocol)]
        tree = Tree(root, digest, protocol, tuple((path, digests[path]) for path in graded))
        if kept:
            variants.append((kept, tree))
    return PaperRubric(rubric.paper, rubric.revision, tuple(variants))


def _graded_leaves(root: Criterion, protocol: Protocol) -> Iterable[int]:
    """The leaves that the protocol grades, by their number in the whole tree."""
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.children))
        if not node.children:
            found.append(node.category)
    return [
        at for at, category in enumerate(found) if protocol != "code-dev" or category == "Code Development"
    ]


def _rows(node: Criterion, protocol: Protocol) -> list[Row]:
    """The tree in preorder; empty when the protocol leaves nothing of it."""
    if not node.children:
        if protocol == "code-dev" and node.category != "Code Development":
            return []
        zeroed = protocol == "resources-provided" and node.facet == RESOURCE_FACET
        return [(upstream_id(node), node.requirement, 0 if zeroed else node.weight, node.category, 0)]
    parts = [rows for child in node.children if (rows := _rows(child, protocol))]
    if not parts:
        return []
    head: Row = (upstream_id(node), node.requirement, node.weight, node.category, len(parts))
    return [head, *(row for rows in parts for row in rows)]


def flatten(root: GradedNode) -> tuple[list[Row], list[GradedNode]]:
    """The graded tree in preorder, and its leaves; raises PaperbenchError for a score outside 0..1."""
    rows: list[Row] = []
    found: list[GradedNode] = []
    stack = [root]
    while stack:
        node = stack.pop()
        below = node.sub_tasks
        if not 0.0 <= node.score <= 1.0:
            raise PaperbenchError(f"node '{node.id}' has score {node.score}, which is not in 0..1")
        rows.append((node.id, node.requirements, node.weight, node.task_category or None, len(below)))
        if below:
            stack.extend(reversed(below))
        else:
            found.append(node)
    return rows, found


def matches(rubric: PaperRubric, rows: list[Row]) -> list[Tree]:
    """Every protocol under which upstream would grade exactly this tree."""
    return [tree for expected, tree in rubric.variants if expected == rows]


def snapshot(rubric: PaperRubric, graded: GradedNode, rows: list[Row], protocol: Protocol | None) -> Tree:
    """A tree that is not the rubric's, as it was graded; raises PaperbenchError."""
    root = _node(graded, graded.id)
    code_only = all(category in {None, "Code Development"} for *_, category, _ in rows)
    declared = protocol or ("code-dev" if code_only else "full")
    near = next((kept for kept, tree in rubric.variants if tree.protocol == declared), rubric.variants[0][0])
    return Tree(
        root, rubric_digest(root), declared, tuple(leaf_digests(root).items()), _difference(near, rows)
    )


def _node(graded: GradedNode, name: str) -> Node:
    if graded.weight < 0 or not name or graded.task_category not in _CATEGORIES:
        raise PaperbenchError(
            f"no rubric has weight {graded.weight} and category '{graded.task_category}', as node '{name}'"
        )
    ids = sibling_ids([child.id for child in graded.sub_tasks])
    below = tuple(_node(child, below) for child, below in zip(graded.sub_tasks, ids, strict=True))
    return Node(name, graded.requirements, graded.weight, graded.task_category or None, children=below)


def _difference(expected: list[Row], rows: list[Row]) -> str:
    for ours, theirs in zip(expected, rows, strict=False):
        for name, mine, other in zip(_FIELDS, ours, theirs, strict=True):
            if mine != other:
                return (
                    f"node '{theirs[0]}' has another {name}"
                    if name != "id"
                    else f"'{theirs[0]}' for '{ours[0]}'"
                )
    return f"{len(rows)} nodes for {len(expected)}"
