"""Small papers, graded trees and run folders in upstream's layouts, made for tests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
RUN = "tiny_0888dadd-b431-4c5c-b52a-c6a468107619"
OTHER_RUN = "tiny_1888dadd-b431-4c5c-b52a-c6a468107619"
GROUP = "2025-04-09T04-38-44-UTC_run-group_some-agent"


def leaf(
    name: str, text: str = "It works.", weight: float = 1, category: str = "Code Development", **more: Any
) -> JSON:
    return {
        "id": name, "requirements": text, "weight": weight, "sub_tasks": [], "task_category": category,
        "finegrained_task_category": "Method Implementation", **more,
    }  # fmt: skip


def branch(name: str, *below: JSON, text: str = "All of it works.", weight: float = 1) -> JSON:
    return {
        "id": name, "requirements": text, "weight": weight, "sub_tasks": list(below), "task_category": None,
        "finegrained_task_category": None,
    }  # fmt: skip


def tiny() -> JSON:
    """Five leaves: two alike, one of execution, one of results, one of data; ids like numbers."""
    return branch(
        "root",
        branch("12345e67", leaf("same", "Twice."), leaf("same", "Twice."), weight=2),
        leaf("017", "It runs. ", category="Code Execution", finegrained_task_category="Experimental Setup"),
        leaf("no", "The numbers agree.", weight=3, category="Result Analysis"),
        leaf("data", "The data is there.", finegrained_task_category="Dataset and Model Acquisition"),
    )


def write_json(path: Path, value: Any, indent: int | None = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=indent), encoding="utf-8")
    return path


def write_paper(data: Path, name: str = "tiny", rubric: JSON | None = None, blacklist: str = "none") -> Path:
    """A paper's folder in upstream's layout."""
    folder = data / "papers" / name
    write_json(folder / "rubric.json", rubric or tiny())
    (folder / "config.yaml").write_text(f'id: {name}\ntitle: "A paper: {name}"\n')
    (folder / "paper.md").write_text("# A paper\n")
    (folder / "addendum.md").write_text("Nothing to add.\n")
    (folder / "blacklist.txt").write_text(blacklist)
    return folder


def code_only(node: JSON) -> JSON | None:
    """The tree as Code-Dev grades it."""
    if not node["sub_tasks"]:
        return node if node["task_category"] == "Code Development" else None
    kept = [below for child in node["sub_tasks"] if (below := code_only(child))]
    return {**node, "sub_tasks": kept} if kept else None


def graded(node: JSON, scores: Iterator[Any], **more: Any) -> JSON:
    """The tree with a score on each leaf, in order, as upstream writes it; more goes to the leaves."""
    below = [graded(child, scores, **more) for child in node["sub_tasks"]]
    score = 0.0 if below else next(scores)
    tree = {
        "id": node["id"], "requirements": node["requirements"], "weight": node["weight"], "score": score,
        "valid_score": True, "task_category": node["task_category"], "explanation": "Because.",
        "judge_metadata": None, "sub_tasks": below,
    }  # fmt: skip
    return tree if below else tree | more


def output(tree: JSON, **more: Any) -> JSON:
    """What a grader output file holds, as newer runs write it."""
    return {
        "judge_type": "simple", "score": 0.5, "num_leaf_nodes": 5, "num_invalid_leaf_nodes": 0,
        "graded_at": "2025-04-09T05-24-30-GMT", "graded_task_tree": tree,
        "completer_config": {"model": "o3-mini", "reasoning_effort": "high"},
        "token_usage": {"o3-mini": {"in": 100, "out": 10}, "gpt-4o": {"in": 5, "out": 1}}, **more,
    }  # fmt: skip


def result(judge_output: JSON | None, **more: Any) -> JSON:
    """What grade.json holds."""
    told = {
        "paper_id": "tiny", "run_id": RUN, "submission_exists": True, "skipped_reproduction": False,
        "code_only": False, "resources_provided": False, "agent_output": None, "judge_output": judge_output,
        "reproduction_metadata": None, "monitor_result": None, "monitor_ran": False,
    }  # fmt: skip
    return {"paperbench_result": told | more, "score": 0.5, "grader_log": "..."}


def newer_run(
    folder: Path, held: JSON, group: str = GROUP, run: str = RUN, grade: int = 0, **flags: Any
) -> Path:
    """A graded run in the newer layout: the grader output, and grade.json with the same tree."""
    stamp = group[:23]
    name = f"submission_executed_grader_output_{grade}.json"
    path = write_json(folder / group / run / "submissions" / stamp / name, held)
    write_json(folder / group / run / "grade.json", result(held, **flags))
    return path
