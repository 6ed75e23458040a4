"""Trees for tests: small ones by hand, random ones, and upstream's rubrics read from their own JSON."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from validators.tree import Node

CD, CE, RA = "Code Development", "Code Execution", "Result Analysis"
DATA = "Dataset and Model Acquisition"


def leaf(name: str, category: str = CD, weight: float = 1, facet: str | None = None) -> Node:
    return Node(name, f"requirement of {name}", weight, category, facet)


def branch(name: str, *children: Node, weight: float = 1) -> Node:
    return Node(name, f"requirement of {name}", weight, children=children)


def _named(node: Node, name: str) -> Node:
    children = tuple(_named(child, f"{name}.{number}") for number, child in enumerate(node.children))
    return replace(node, id=name, children=children)


def trees(zero_weights: bool = True) -> st.SearchStrategy[Node]:
    """Random trees with any mix of categories, facets and weights, some of them 0."""
    weights = st.sampled_from([0, 1, 1, 2, 3, 0.5, 7] if zero_weights else [1, 2, 3, 0.5, 7])
    leaf_nodes = st.builds(
        Node,
        id=st.just("n"),
        requirement=st.sampled_from(["does", "runs", "matches"]),
        weight=weights,
        category=st.sampled_from([CD, CE, RA]),
        facet=st.sampled_from([None, DATA, "Method Implementation"]),
    )
    below = st.recursive(
        leaf_nodes,
        lambda inner: st.builds(
            Node,
            id=st.just("n"),
            requirement=st.just("all of"),
            weight=weights,
            children=st.lists(inner, min_size=1, max_size=4).map(tuple),
        ),
        max_leaves=25,
    )
    roots = st.lists(below, min_size=1, max_size=4).map(lambda parts: branch("n", *parts))
    return roots.map(lambda root: _named(root, "r"))


def upstream_node(data: dict[str, Any], name: str | None = None) -> Node:
    """A node of upstream's rubric.json; a later sibling of the same id gets a suffix."""
    seen: Counter[str] = Counter()
    children = []
    for child in data["sub_tasks"]:
        seen[child["id"]] += 1
        number = seen[child["id"]]
        children.append(upstream_node(child, child["id"] if number == 1 else f"{child['id']}~{number}"))
    return Node(
        id=name or data["id"],
        requirement=data["requirements"],
        weight=data["weight"],
        category=data.get("task_category") or None,
        facet=data.get("finegrained_task_category") or None,
        children=tuple(children),
    )


def upstream_rubric(paper: Path) -> Node:
    return upstream_node(json.loads((paper / "rubric.json").read_text()))
