"""Upstream's rubric.json as the criteria of rubric/v1, and back."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from runner.errors import PaperbenchError
from validators.models.rubric import Category, Criterion, Facet

CATEGORIES = frozenset(get_args(Category))
FACETS = frozenset(get_args(Facet))


def sibling_ids(ids: list[str]) -> list[str]:
    """The ids, with ~2, ~3, ... behind those that stood before; none meets another."""
    taken: set[str] = set()
    reserved = set(ids)
    unique = []
    for name in ids:
        number, candidate = 1, name
        while candidate in taken:
            number += 1
            candidate = f"{name}~{number}"
            if candidate in reserved:
                candidate = name
        taken.add(candidate)
        unique.append(candidate)
    return unique


def criterion_data(node: Any, where: str) -> dict[str, Any]:
    """A node of rubric.json as a criterion; raises PaperbenchError, where `where` names the file."""
    _demand(isinstance(node, dict), where, node, "is no JSON object")
    for key, kind, name in (
        ("id", str, "text"),
        ("requirements", str, "text"),
        ("sub_tasks", list, "a list"),
    ):
        _demand(key in node, where, node, f"has no '{key}'")
        _demand(isinstance(node[key], kind), where, node, f"has a '{key}' that is not {name}")
    _demand(bool(node["id"]), where, node, "has an empty 'id'")
    data: dict[str, Any] = {"id": node["id"], "requirement": node["requirements"]}
    weight = _weight(node, where)
    if weight != 1:
        data["weight"] = weight
    data.update(_categories(node, where))
    if node["sub_tasks"]:
        data["children"] = _children(node["sub_tasks"], where)
    return data


def _children(nodes: list[Any], where: str) -> list[dict[str, Any]]:
    children = [criterion_data(child, where) for child in nodes]
    ids = sibling_ids([child["id"] for child in children])
    return [_renamed(child, name) for child, name in zip(children, ids, strict=True)]


def _renamed(child: dict[str, Any], name: str) -> dict[str, Any]:
    if child["id"] == name:
        return child
    below = {key: value for key, value in child.items() if key not in {"id", "children"}}
    tail = {"children": child["children"]} if "children" in child else {}
    return {"id": name, **below, "upstream_id": child["id"], **tail}


def _weight(node: dict[str, Any], where: str) -> int:
    _demand("weight" in node, where, node, "has no 'weight'")
    weight = node["weight"]
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    _demand(
        number and weight >= 1 and weight == weight // 1,
        where, node, f"has weight {json.dumps(weight)}; rubric/v1 takes whole numbers from 1",
    )  # fmt: skip
    return int(weight)


def _categories(node: dict[str, Any], where: str) -> dict[str, str]:
    category, facet = node.get("task_category"), node.get("finegrained_task_category")
    if node["sub_tasks"]:
        _demand(not category, where, node, "has sub_tasks and a task_category; only leaves have one")
    else:
        _demand(
            category in CATEGORIES,
            where,
            node,
            f"is a leaf with task_category {json.dumps(category)}; one of {sorted(CATEGORIES)}",
        )
    _demand(
        not facet or facet in FACETS,
        where,
        node,
        f"has the unknown finegrained_task_category {json.dumps(facet)}",
    )
    found = {"category": category or None, "facet": facet or None}
    return {key: value for key, value in found.items() if value is not None}


def _demand(met: bool, where: str, node: Any, fault: str) -> None:
    if not met:
        named = json.dumps(node.get("id", "unknown")) if isinstance(node, dict) else "unknown"
        raise PaperbenchError(f"{where}: node {named} {fault}; mend the file and import again")


def upstream_id(criterion: Criterion) -> str:
    """The id that upstream gives the criterion."""
    return criterion.upstream_id or criterion.id


def preorder(criterion: Criterion) -> Iterator[Criterion]:
    """Every criterion, parents first, in order."""
    yield criterion
    for child in criterion.children:
        yield from preorder(child)
