"""What judging passes around: leaves, questions, judgements, and what a back end is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from runner.errors import PaperbenchError
from runner.judging.evidence import Case, Origin
from validators.models.judge import Judge
from validators.models.plan import Plan, PlannedJudge
from validators.models.records import Call

By = Literal["check", "rule", "llm", "replay", "constant", "random"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf to judge; `above` holds the requirements from the root down to its parent."""

    path: str
    digest: str
    requirement: str
    category: str
    above: tuple[str, ...] = ()
    check: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One leaf of one trial, asked once; repeat counts from 0."""

    case: Case
    leaf: Leaf
    repeat: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a back end answers; score None is a failure, and reason says which.

    `withheld` means that no verdict is written, only the calls made; `fatal` says that no other question
    would fare better. `text` is kept in answers.jsonl.
    """

    by: By
    score: float | None
    reason: str | None = None
    text: dict[str, Any] | None = None
    evidence: tuple[str, ...] = ()
    origin: Origin | None = None
    calls: tuple[Call, ...] = ()
    withheld: bool = False
    fatal: PaperbenchError | None = None


@dataclass(frozen=True)
class Setup:
    """What a back end is made from."""

    plan: Plan
    judge: PlannedJudge
    data_root: Path
    cache: Path | None = None
    spent: tuple[Call, ...] = field(default=())

    @property
    def config(self) -> Judge:
        """The judge's config."""
        return self.judge.config


class Backend(Protocol):
    """One kind of judge: thread-safe, and the same answer to the same question unless it asks a model."""

    name: ClassVar[str]

    def __init__(self, setup: Setup) -> None: ...

    @property
    def workers(self) -> int:
        """How many questions it takes at a time; 0: it answers at once, in the asking thread."""

    def judge(self, question: Question) -> Judgement:
        """Answer one question; what no other would survive is raised or, once calls were made, `fatal`."""

    def close(self) -> None:
        """Let go of what it holds."""
