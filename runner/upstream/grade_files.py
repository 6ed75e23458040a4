"""Reads upstream's grade files: scores and words of the tree, and nothing of the explanations."""

import codecs
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from runner.errors import PaperbenchError
from validators.models.records import SourceFile


class GradedNode(msgspec.Struct, gc=False):
    """A node of a graded tree; what is not listed is passed over."""

    id: str
    requirements: str
    weight: float
    score: float
    valid_score: bool
    sub_tasks: list["GradedNode"]
    task_category: str | None = None
    judge_metadata: msgspec.Raw = msgspec.Raw(b"null")


class JudgeOutput(msgspec.Struct):
    """What upstream's judge says about one submission."""

    judge_type: str
    graded_task_tree: GradedNode
    graded_at: Any = None
    model_name: str | None = None
    completer_config: Any = None
    token_usage: Any = None


class AgentOutput(msgspec.Struct):
    """When the rollout ran, in seconds since the epoch."""

    time_start: float | None = None
    time_end: float | None = None


class MonitorResult(msgspec.Struct):
    """What the monitor saw in the agent's log."""

    violations: list[msgspec.Raw] | None = None


class PaperResult(msgspec.Struct):
    """How one run of upstream ended, without the judge's output."""

    paper_id: str
    submission_exists: bool | None = None
    skipped_reproduction: bool | None = None
    code_only: bool | None = None
    resources_provided: bool | None = None
    agent_output: AgentOutput | None = None
    monitor_result: MonitorResult | None = None


class ResultFile(msgspec.Struct):
    """grade.json, or pb_result.json of older runs."""

    paperbench_result: PaperResult


class _Judged(msgspec.Struct):
    judge_output: JudgeOutput | None = None


class _JudgedFile(msgspec.Struct):
    paperbench_result: _Judged


class _OutputTop(msgspec.Struct):
    graded_task_tree: msgspec.Raw


class _ResultTop(msgspec.Struct):
    paperbench_result: msgspec.Raw


class _GoldTop(msgspec.Struct):
    requirements: msgspec.Raw
    sub_tasks: msgspec.Raw


class _Tokens(msgspec.Struct):
    token_usage: Any = None


@dataclass(frozen=True)
class Graded:
    """What one grade file holds; no output where nothing was judged, no result in a grader output."""

    output: JudgeOutput | None
    result: PaperResult | None
    source: SourceFile


_OUTPUT = msgspec.json.Decoder(JudgeOutput)
_RESULT = msgspec.json.Decoder(ResultFile)
_JUDGED = msgspec.json.Decoder(_JudgedFile)
_NODE = msgspec.json.Decoder(GradedNode)
_TOKENS = msgspec.json.Decoder(_Tokens)
_TOPS: dict[str, msgspec.json.Decoder[Any]] = {
    "output": msgspec.json.Decoder(_OutputTop),
    "result": msgspec.json.Decoder(_ResultTop),
    "gold": msgspec.json.Decoder(_GoldTop),
}
GOLD = "human"


class ForeignError(Exception):
    """A JSON file that is no grade file."""


def read_grade_file(path: Path, kind: str) -> Graded:
    """The grades in a file of that kind (output, result or gold); raises ForeignError and PaperbenchError."""
    data = path.read_bytes()
    source = SourceFile(path=str(path), sha256=hashlib.sha256(data).hexdigest())
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return _decoded(data, kind, source)
    except msgspec.ValidationError as error:
        if not _is_kind(data, kind):
            raise ForeignError(str(error)) from None
        fault = f"is damaged ({error})"
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        try:
            return _decoded(_with_halves(data), kind, source)
        except (ValueError, RecursionError, msgspec.ValidationError):
            fault = _why(data, error)
    raise PaperbenchError(f"{path} {fault}; restore the file and import again")


def _is_kind(data: bytes, kind: str) -> bool:
    """Whether the file's top level is that of its kind, whatever stands below."""
    try:
        _TOPS[kind].decode(data)
    except msgspec.ValidationError:
        return False
    return True


def _with_halves(data: bytes) -> bytes:
    """The same JSON where a text holds half a surrogate pair: harmless in a text that nobody reads."""
    value = json.loads(data, parse_constant=_refuse)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _decoded(data: bytes, kind: str, source: SourceFile) -> Graded:
    if kind == "gold":
        return Graded(JudgeOutput(judge_type=GOLD, graded_task_tree=_NODE.decode(data)), None, source)
    if kind == "output":
        return Graded(_OUTPUT.decode(data), None, source)
    result = _RESULT.decode(data).paperbench_result
    return Graded(_JUDGED.decode(data).paperbench_result.judge_output, result, source)


def read_result(folder: Path) -> PaperResult | None:
    """What grade.json or pb_result.json says about a run, without its grades; None when there is neither."""
    for name in ("grade.json", "pb_result.json"):
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        with suppress(ValueError, RecursionError):
            return _result(data.removeprefix(codecs.BOM_UTF8))
    return None


def _result(data: bytes) -> PaperResult:
    try:
        return _RESULT.decode(data).paperbench_result
    except (UnicodeDecodeError, msgspec.DecodeError):
        return _RESULT.decode(_with_halves(data)).paperbench_result


def _why(data: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply to be a grade file"
    try:
        json.loads(data)
    except UnicodeDecodeError:
        return "is no UTF-8 text"
    except (ValueError, RecursionError):
        return f"is truncated or not JSON ({error})"
    try:
        json.loads(data, parse_constant=_refuse)
    except ValueError:
        return "holds NaN or Infinity, which is no score"
    return "holds an id or a requirement that is no Unicode text"


def usage(output: JudgeOutput) -> dict[str, tuple[int, int]]:
    """Tokens in and out by model: the file's totals, or the sum over its leaves."""
    if output.token_usage is not None:
        return _counts(output.token_usage)
    totals: dict[str, tuple[int, int]] = {}
    stack = [output.graded_task_tree]
    while stack:
        node = stack.pop()
        stack.extend(node.sub_tasks)
        for model, (tokens_in, tokens_out) in _leaf_usage(node).items():
            before = totals.get(model, (0, 0))
            totals[model] = (before[0] + tokens_in, before[1] + tokens_out)
    return totals


def _leaf_usage(node: GradedNode) -> dict[str, tuple[int, int]]:
    if node.sub_tasks or not bytes(node.judge_metadata).startswith(b"{"):
        return {}
    return _counts(_TOKENS.decode(node.judge_metadata).token_usage)


def _counts(told: Any) -> dict[str, tuple[int, int]]:
    """The counts that are there; anything else than whole numbers from 0 counts as 0."""
    if not isinstance(told, dict):
        return {}
    return {model: (_count(count, "in"), _count(count, "out")) for model, count in told.items() if model}


def _count(told: Any, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else None
    return value if type(value) is int and value >= 0 else 0
