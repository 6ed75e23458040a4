"""Random edits of random rubrics, with what a comparison must say of them."""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.scoring.trees import CD, CE, RA, trees
from validators.tree import Node, node_from_data, walk


def worded(root: Node) -> Node:
    """The tree with a text of its own for every criterion."""
    children = tuple(map(worded, root.children))
    return replace(root, requirement=f"requirement of {root.id}", children=children)


@dataclass
class Edited:
    """A tree before and after, and the kinds of change by the id of the criterion."""

    old: Node
    data: dict[str, Any]
    told: dict[str, set[str]] = field(default_factory=dict)

    @property
    def new(self) -> Node:
        """The tree after the edits."""
        return node_from_data(self.data)

    def tell(self, criterion: dict[str, Any], kind: str) -> None:
        """Expect a kind of change."""
        self.told.setdefault(criterion["id"], set()).add(kind)


def as_data(node: Node) -> dict[str, Any]:
    """A tree as a rubric's file has it."""
    kept = {"id": node.id, "requirement": node.requirement, "weight": node.weight}
    if node.children:
        return {**kept, "children": [as_data(child) for child in node.children]}
    return {**kept, "category": node.category, "facet": node.facet}


def _nodes(data: dict[str, Any], parent: Any = None) -> list[tuple[dict[str, Any], Any]]:
    below = [pair for child in data.get("children", ()) for pair in _nodes(child, data)]
    return [(data, parent), *below]


@st.composite
def edited_trees(draw: st.DrawFn) -> Edited:
    """A random tree, and up to six criteria of it edited, each in one or two ways."""
    old = worded(draw(trees(zero_weights=False)))
    made = Edited(old, as_data(old))
    for number in range(draw(st.integers(0, 6))):
        _edit(draw, made, number)
    return made


def _edit(draw: st.DrawFn, made: Edited, number: int) -> None:
    free = [pair for pair in _nodes(made.data) if pair[0]["id"] not in made.told]
    if not free:
        return
    node, parent = draw(st.sampled_from(free))
    kind = draw(st.sampled_from(["reword", "reweight", "recategorise", "remove", "add", "move"]))
    leaf = "children" not in node
    if kind == "reword":
        node["requirement"] += " in other words"
        made.tell(node, "reworded")
    elif kind == "reweight":
        node["weight"] += 1
        made.tell(node, "re-weighted")
    elif kind == "recategorise" and leaf:
        node["category"] = {CD: CE, CE: RA, RA: CD}[node["category"]]
        made.tell(node, "re-categorised")
    elif kind == "add" and not leaf:
        added = {"id": f"new.{number}", "requirement": f"new {number}", "weight": 2, "category": CE}
        node["children"].insert(draw(st.integers(0, len(node["children"]))), added)
        made.tell(added, "added")
    elif kind == "remove" and leaf and parent and len(parent["children"]) > 1:
        parent["children"].remove(node)
        made.tell(node, "removed")
    elif kind == "move" and leaf and parent and len(parent["children"]) > 1:
        branches = [other for other, _ in _nodes(made.data) if "children" in other and other is not parent]
        if branches:
            parent["children"].remove(node)
            draw(st.sampled_from(branches))["children"].append(node)
            made.tell(node, "moved")


def paths_by_id(root: Node) -> dict[str, str]:
    """The path of every criterion by its id."""
    return {node.id: path for path, node in walk(root)}
