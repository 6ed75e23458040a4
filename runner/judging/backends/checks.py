"""Leaves that a deterministic check decides."""

from typing import Any, ClassVar

from pydantic import TypeAdapter

from runner.judging.evidence import RESULT_ANALYSIS, Origin
from runner.judging.types import Judgement, Question, Setup
from validators.checks import CheckResult, InvalidCheckError, evaluate
from validators.models.checks import Check

_CHECK: TypeAdapter[Any] = TypeAdapter(Check)


class Checks:
    """Looks at the files of the leaf's category, at the exit status and at the log."""

    name: ClassVar[str] = "checks"
    workers = 0

    def __init__(self, setup: Setup) -> None:
        pass

    def judge(self, question: Question) -> Judgement:
        """Met or unmet; failed when the check itself cannot be evaluated."""
        section = question.case.section(question.leaf.category)
        check = _CHECK.validate_python(question.leaf.check)
        try:
            result = evaluate(check, section.check_evidence())
        except InvalidCheckError as error:
            return Judgement("check", None, "invalid_check", {"explanation": str(error)})
        return Judgement(
            "check",
            1.0 if result.met else 0.0,
            None if result.met else "check_failed",
            {"explanation": result.message, "files": list(result.files)},
            tuple(digest for name in result.files if (digest := section.digests.get(name))),
            _origin(question, result),
        )

    def close(self) -> None:
        """Nothing to let go of."""


def _origin(question: Question, result: CheckResult) -> Origin | None:
    if question.leaf.category != RESULT_ANALYSIS:
        return None
    # A check on results sees nothing but what reproduction made, its log and its exit status included.
    return "made" if result.files or question.leaf.check["kind"] in {"log_matches", "exit_status"} else "none"  # type: ignore[index]
