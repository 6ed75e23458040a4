"""One grading of upstream as verdicts, ledger lines and outcomes. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from runner.upstream.grade_files import GradedNode, JudgeOutput, usage
from runner.upstream.match import Tree
from validators.digest import digest_json
from validators.models.records import SourceFile

HOST = "imported"
# What a completer's config says about waiting, not about what it answers.
_INCIDENTAL = {"model", "retry_config"}


@dataclass(frozen=True)
class Judge:
    """Who graded: upstream's kind of judge and its model."""

    kind: str
    model: str | None
    digest: str


def judge_of(output: JudgeOutput | None) -> Judge:
    """The judge behind an output; one that nobody names where there is none."""
    if output is None:
        return Judge("unknown", None, digest_json({"kind": "imported", "judge_type": None, "model": None}))
    config = output.completer_config if isinstance(output.completer_config, dict) else {}
    told = config.get("model")
    model = told if isinstance(told, str) and told else output.model_name or _first_model(output)
    settings = {key: value for key, value in config.items() if value is not None and key not in _INCIDENTAL}
    parts = {"kind": "imported", "judge_type": output.judge_type, "model": model}
    return Judge(output.judge_type, model, digest_json(parts | ({"settings": settings} if settings else {})))


def _first_model(output: JudgeOutput) -> str | None:
    """The model with the most tokens: the one that judged, not the one that parsed."""
    counts = usage(output)
    return max(counts, key=lambda model: sum(counts[model]), default=None)


def verdict_lines(
    trial: str, judge: str, grade: int, at: str, *, tree: Tree, graded: list[GradedNode]
) -> bytes:
    """A line for every leaf, matched by position; the same bytes each time."""
    head = (
        f'{{"schema":"verdict/v1","trial":{json.dumps(trial, ensure_ascii=False)},"judge":"{judge}","path":'
    )
    tail = f',"by":"imported","at":"{at}"}}\n'
    met = f'","repeat":{grade},"verdict":"met","score":1.0{tail}'
    unmet = f'","repeat":{grade},"verdict":"unmet","score":0.0{tail}'
    lines = []
    for middle, node in zip(tree.middles, graded, strict=True):
        if not node.valid_score:
            end = f'","repeat":{grade},"verdict":"failed","score":null,"reason":"invalid"{tail}'
        elif node.score in {0.0, 1.0}:
            end = met if node.score else unmet
        else:
            end = f'","repeat":{grade},"verdict":"score","score":{node.score!r}{tail}'
        lines.append(head + middle + end)
    return "".join(lines).encode()


def ledger_lines(trial: str, judge: str, grade: int, at: str, used: dict[str, tuple[int, int]]) -> bytes:
    """One summary line for each model."""
    calls: list[dict[str, Any]] = [
        {
            "schema": "ledger/v1", "id": f"{trial}#{grade}/{model}", "trial": trial, "judge": judge, "at": at,
            "kind": "summary", "model": model, "tokens_in": tokens[0], "tokens_out": tokens[1],
        }
        for model, tokens in sorted(used.items())
    ]  # fmt: skip
    return b"".join(line(call) for call in calls)


def line(value: dict[str, Any]) -> bytes:
    """One JSON line."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode() + b"\n"


def outcome(
    trial: str, stage: str, ended: tuple[str, str], times: tuple[str, str, float], **more: Any
) -> dict[str, Any]:
    """An outcome; ended is failure class and reason, times are start, end and seconds."""
    return {
        "schema": "outcome/v1", "trial": trial, "stage": stage, "failure_class": ended[0], "reason": ended[1],
        "started_at": times[0], "finished_at": times[1], "duration_seconds": times[2], "host": HOST, **more,
    }  # fmt: skip


def source_data(source: SourceFile, grade: int) -> dict[str, Any]:
    """Where a grading was read from."""
    return {"path": source.path, "sha256": source.sha256, "repeat": grade}


def grading_data(
    judge: Judge, grades: int, leaf_count: int, failed: int, tokens: tuple[int, int]
) -> dict[str, Any]:
    """How far the judge got, over all its grade ids."""
    return {
        "judge": judge.digest, "kind": judge.kind, "model": judge.model, "repeats": grades,
        "leaves": leaf_count, "judged": leaf_count - failed, "failed": failed,
        "tokens_in": tokens[0], "tokens_out": tokens[1],
    }  # fmt: skip
