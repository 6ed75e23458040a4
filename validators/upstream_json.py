"""A rubric's criteria as upstream's rubric.json, byte by byte as upstream writes it. Pure."""

import json
from typing import Any


def task_node(criterion: dict[str, Any]) -> dict[str, Any]:
    """The criterion as a node of rubric.json, keys in upstream's order."""
    return {
        "id": criterion.get("upstream_id") or criterion["id"],
        "requirements": criterion["requirement"],
        "weight": criterion.get("weight", 1),
        "sub_tasks": [task_node(child) for child in criterion.get("children") or ()],
        "task_category": criterion.get("category"),
        "finegrained_task_category": criterion.get("facet"),
    }


def rubric_json(criterion: dict[str, Any]) -> bytes:
    """A whole rubric.json: 4 blanks of indent, no last newline."""
    return json.dumps(task_node(criterion), indent=4, ensure_ascii=False).encode()
