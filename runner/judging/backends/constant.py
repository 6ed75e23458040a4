"""The same score for every leaf."""

from typing import ClassVar

from runner.judging.types import Judgement, Question, Setup


class Constant:
    """Looks at nothing."""

    name: ClassVar[str] = "constant"
    workers = 0

    def __init__(self, setup: Setup) -> None:
        assert setup.config.constant is not None
        self._judgement = Judgement("constant", setup.config.constant.score, origin="none")

    def judge(self, question: Question) -> Judgement:  # noqa: ARG002  that is its point
        """The configured score."""
        return self._judgement

    def close(self) -> None:
        """Nothing to let go of."""
