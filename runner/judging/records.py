"""What grading writes down: a judgement as its records, and the outcome of a trial's grading."""

import socket
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from runner.clock import instant
from runner.judging.assignment import NOT_REPRODUCED
from runner.judging.evidence import RESULT_ANALYSIS
from runner.judging.store import ledger_totals, previous_tries, settled
from runner.judging.types import Judgement, Leaf, Question
from validators.models.plan import PlannedJudge
from validators.models.records import Call, Outcome, Verdict

_NAMES = {None: "failed", 0.0: "unmet", 1.0: "met"}


def by_rule(leaf: Leaf) -> Judgement:
    """The judgement of a leaf that rests on a reproduction that could not be made."""
    return Judgement("rule", 0.0, NOT_REPRODUCED, origin="none" if leaf.category == RESULT_ANALYSIS else None)


def records(
    question: Question, judgement: Judgement, judge: str
) -> tuple[Verdict | None, dict[str, Any] | None, tuple[Call, ...]]:
    """The verdict, its line of answers.jsonl, and the calls behind it; no verdict when it was withheld."""
    if judgement.withheld:
        return None, None, judgement.calls
    leaf, answer = question.leaf, None
    if judgement.text:
        place = {"id": uuid4().hex, "path": leaf.path, "leaf": leaf.digest, "repeat": question.repeat}
        answer = {**place, "by": judgement.by, **judgement.text}
    verdict = Verdict.model_validate(
        {
            "schema": "verdict/v1",
            "trial": question.case.trial,
            "judge": judge,
            "path": leaf.path,
            "leaf": leaf.digest,
            "repeat": question.repeat,
            "verdict": _NAMES.get(judgement.score, "score"),
            "score": judgement.score,
            "by": judgement.by,
            "reason": judgement.reason,
            "evidence": judgement.evidence,
            "evidence_origin": judgement.origin if leaf.category == RESULT_ANALYSIS else None,
            "answer": answer["id"] if answer else None,
            "calls": tuple(call.id for call in judgement.calls),
            "at": instant(),
        }
    )
    return verdict, answer, judgement.calls


def grading_outcome(
    trial: str,
    judge: PlannedJudge,
    folder: Path,
    leaves: Sequence[Leaf],
    withheld: Counter[str],
    *,
    reason: str,
    since: tuple[str, float],
) -> Outcome:
    """How far the judge has got with the trial, counted from its folder; since: instant, monotonic."""
    config, done = judge.config, settled(folder)
    states = [[done.get((leaf.path, leaf.digest, n)) for n in range(config.repeats)] for leaf in leaves]
    failed = sum(False in repeats for repeats in states)
    if failed or withheld:
        reason = withheld.most_common(1)[0][0] if withheld else "leaves_failed"
    return Outcome.model_validate(
        {
            "schema": "outcome/v1",
            "trial": trial,
            "stage": "grading",
            "failure_class": "judge" if failed or withheld else "none",
            "reason": reason,
            "message": _message(reason, failed, sum(withheld.values())),
            "started_at": since[0],
            "finished_at": instant(),
            "duration_seconds": max(0.0, round(time.monotonic() - since[1], 3)),
            "host": socket.gethostname(),
            "tries": previous_tries(folder) + 1,
            "grading": {
                "judge": judge.digest,
                "kind": config.id,
                "model": config.llm.model if config.otherwise == "llm" and config.llm else None,
                "repeats": config.repeats,
                "leaves": len(leaves),
                "judged": sum(all(repeats) for repeats in states),
                "failed": failed,
                **ledger_totals(folder),
            },
        }
    )


def _message(reason: str, failed: int, withheld: int) -> str | None:
    if reason == "leaves_failed":
        return (
            f"{failed} leaves have no verdict because judging them failed; judge again to ask for these alone"
        )
    if reason == "budget":
        advice = "plan again with a larger one: answers already given cost nothing"
        return f"the budget ended judging with {withheld} questions open; {advice}"
    return f"judging was called off with {withheld} questions open; judge again" if withheld else None
