"""How the rollout behind an imported grading ended, as far as upstream's files tell."""

from pathlib import Path
from typing import Any

import msgspec

from runner.clock import instant
from runner.upstream.grade_files import AgentOutput, PaperResult
from runner.upstream.gradings import outcome
from validators.models.records import SourceFile


def rollout_outcome(
    trial: str, folder: Path, result: PaperResult | None, source: SourceFile, at: str
) -> dict[str, Any] | None:
    """The rollout's outcome, None where neither the result nor metadata.json tells of it."""
    ended = ("none", "imported")
    if result is not None and result.submission_exists is False:
        ended = ("agent", "no_submission")
    elif result is not None and result.monitor_result is not None and result.monitor_result.violations:
        ended = ("agent", "disqualified")
    times = _times((result.agent_output if result else None) or _metadata(folder))
    if times is None and ended[0] == "none":
        return None
    times = times or (at, at, 0.0)
    return outcome(trial, "rollout", ended, times, source={"path": source.path, "sha256": source.sha256})


def _metadata(folder: Path) -> AgentOutput | None:
    try:
        return msgspec.json.decode(Path(folder, "metadata.json").read_bytes(), type=AgentOutput)
    except (OSError, msgspec.DecodeError):
        return None


def _times(ran: AgentOutput | None) -> tuple[str, str, float] | None:
    if ran is None or ran.time_start is None or ran.time_end is None or ran.time_end < ran.time_start:
        return None
    try:
        return instant(ran.time_start), instant(ran.time_end), round(ran.time_end - ran.time_start, 3)
    except (ValueError, OverflowError, OSError):
        return None
