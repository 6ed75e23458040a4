"""Answers that were recorded earlier."""

from collections import defaultdict
from pathlib import Path
from typing import ClassVar

from pydantic import ValidationError

from runner.errors import PaperbenchError
from runner.judging.types import Judgement, Question, Setup
from validators.models.records import Recorded

Key = tuple[str, str, str, int]
NO_ANSWER = "no_answer"


def read_answers(path: Path) -> dict[Key, dict[str | None, Recorded]]:
    """Answers by (paper, path, leaf digest, repeat), then by submission; raises PaperbenchError."""
    answers: dict[Key, dict[str | None, Recorded]] = defaultdict(dict)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                answer = Recorded.model_validate_json(line)
            except ValidationError as error:
                why = error.errors()[0]["msg"]
                raise PaperbenchError(
                    f"{path}:{number}: no answer/v1 ({why}); mend or remove the line"
                ) from None
            answers[answer.paper, answer.path, answer.leaf, answer.repeat][answer.submission] = answer
    return dict(answers)


class Replay:
    """Looks its answer up by the leaf's words, and by the submission where the answer names one."""

    name: ClassVar[str] = "replay"
    workers = 0

    def __init__(self, setup: Setup) -> None:
        replay = setup.config.replay
        assert replay is not None
        self._answers = read_answers(setup.data_root / setup.judge.folder / replay.answers)

    def judge(self, question: Question) -> Judgement:
        """The recorded score; failed where none was recorded."""
        leaf, case = question.leaf, question.case
        by_submission = self._answers.get((case.paper, leaf.path, leaf.digest, question.repeat), {})
        answer = by_submission.get(None)
        if by_submission and set(by_submission) != {None}:
            answer = by_submission.get(case.submission_digest, answer)
        if answer is None:
            return Judgement("replay", None, NO_ANSWER)
        if answer.score is None:
            return Judgement("replay", None, "recorded_as_failed", {"explanation": answer.explanation})
        origin = case.section(leaf.category).origin
        return Judgement("replay", answer.score, None, {"explanation": answer.explanation}, origin=origin)

    def close(self) -> None:
        """Nothing to let go of."""
