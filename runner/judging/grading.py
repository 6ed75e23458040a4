"""Grades trials: gives every wanted leaf to its judge and keeps the verdicts."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Literal, Self

from runner.clock import instant
from runner.durable import read_lines, write_json
from runner.errors import PaperbenchError
from runner.judging.assignment import CHECKS, RULE, assigned, wanted_leaves
from runner.judging.backends import make_backend
from runner.judging.evidence import Case, open_case, unready
from runner.judging.records import by_rule, grading_outcome, records
from runner.judging.resolve import check_inputs
from runner.judging.store import LEDGER, GradingWriter, settled
from runner.judging.types import Backend, Judgement, Leaf, Question, Setup
from runner.run_folder import RunFolder, handed_nothing_in
from validators.models.config import Protocol
from validators.models.plan import Plan, PlannedJudge, PlannedTrial
from validators.models.records import Call, Outcome

STAGE: Literal["grading"] = "grading"
_STOPPED = Judgement("llm", None, "stopped", withheld=True)


class Grader:
    """One judge for all trials of a run: one client, one pace and one budget, whatever thread asks.

    Raises PaperbenchError when the judge cannot work at all.
    """

    def __init__(self, run: RunFolder, plan: Plan, judge: PlannedJudge, cache: Path | None) -> None:
        self._run, self._plan, self._judge = run, plan, judge
        root = Path(plan.data_root)
        check_inputs(root, judge)
        limited = plan.config is not None and plan.config.budget is not None
        setup = Setup(plan, judge, root, cache, tuple(_spent(run, plan)) if limited else ())
        self._backends: dict[str, Backend] = {
            name: make_backend(name, setup) for name in dict.fromkeys((CHECKS, judge.config.otherwise))
        }
        workers = max(backend.workers for backend in self._backends.values())
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="judge") if workers else None
        self._leaves: dict[tuple[str, Protocol], tuple[Leaf, ...]] = {}
        self._lock = Lock()
        self._stopped: str | None = None

    def grade(self, trial: PlannedTrial) -> Outcome:
        """Judge what has no verdict yet and write the outcome; verdicts that are there cost nothing again.

        Raises PaperbenchError when the trial has nothing to judge yet, or no question can be answered.
        """
        started, clock = instant(), time.monotonic()
        protocol = trial.protocol or self._plan.protocol
        folder = self._run.trial(trial.id)
        why = unready(folder, protocol)
        if why is not None:
            raise PaperbenchError(f"{trial.id} cannot be judged: {why}; run 'paperbench resume' first")
        leaves = self._wanted(trial, protocol)
        rollout = folder.outcome("rollout")
        withheld = Counter[str]()
        if rollout is not None and handed_nothing_in(rollout):
            reason = "no_submission"
        else:
            case = open_case(folder, trial, protocol)
            withheld = self._judge_leaves(trial, case, leaves)
            reason = "ok"
        if self._stopped is not None:
            raise PaperbenchError(self._stopped)
        return self._ended(trial, leaves, withheld, reason, (started, clock))

    def stop(self, why: str) -> None:
        """From another thread: end calls under way, ask no more, and have `grade` raise PaperbenchError."""
        self._stopped = why
        for backend in self._backends.values():
            backend.close()

    def close(self) -> None:
        """End calls under way and let go of the client."""
        for backend in self._backends.values():
            backend.close()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _folder(self, trial: PlannedTrial) -> Path:
        return self._run.trial(trial.id).stage(STAGE, self._judge.digest)

    def _wanted(self, trial: PlannedTrial, protocol: Protocol) -> tuple[Leaf, ...]:
        digest = trial.rubric or next(p.rubric for p in self._plan.papers if p.id == trial.paper)
        with self._lock:
            if (digest, protocol) not in self._leaves:
                self._leaves[digest, protocol] = wanted_leaves(self._run.rubric(digest), protocol)
            return self._leaves[digest, protocol]

    def _judge_leaves(self, trial: PlannedTrial, case: Case, leaves: tuple[Leaf, ...]) -> Counter[str]:
        """Judge what is open; returns how many leaves were left without a verdict, by reason."""
        folder = self._folder(trial)
        done = settled(folder)
        open_questions = [
            Question(case, leaf, repeat)
            for leaf in leaves
            for repeat in range(self._judge.config.repeats)
            if not done.get((leaf.path, leaf.digest, repeat), False)
        ]
        withheld = Counter[str]()
        if not open_questions:
            return withheld
        with GradingWriter(folder) as writer:
            for batch in self._answers(open_questions):
                for question, judgement in batch:
                    writer.add(*records(question, judgement, self._judge.digest))
                    if judgement.withheld:
                        withheld[judgement.reason or "stopped"] += 1
                writer.flush()
        return withheld

    def _answers(self, questions: list[Question]) -> Iterator[list[tuple[Question, Judgement]]]:
        """Judgements in batches, as they come: first all that need no waiting."""
        at_once, later = list[tuple[Question, Judgement]](), list[tuple[Backend, Question]]()
        for question in questions:
            name = assigned(question.leaf, self._judge.config, not_reproduced=question.case.not_reproduced)
            if name == RULE:
                at_once.append((question, by_rule(question.leaf)))
            elif self._backends[name].workers:
                later.append((self._backends[name], question))
            else:
                at_once.append((question, self._backends[name].judge(question)))
        yield at_once
        if later:
            assert self._pool is not None
            yield from _gathered(
                {self._pool.submit(backend.judge, question): question for backend, question in later}
            )

    def _ended(
        self,
        trial: PlannedTrial,
        leaves: tuple[Leaf, ...],
        withheld: Counter[str],
        reason: str,
        since: tuple[str, float],
    ) -> Outcome:
        """Write how far grading has got, unless exactly that stands there already."""
        folder = self._folder(trial)
        outcome = grading_outcome(trial.id, self._judge, folder, leaves, withheld, reason=reason, since=since)
        before = self._run.trial(trial.id).outcome(STAGE, self._judge.digest)
        same = before is not None and (before.reason, before.grading) == (outcome.reason, outcome.grading)
        if before is not None and same and outcome.failure_class == "none":
            return before
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "outcome.json", outcome.model_dump(mode="json", by_alias=True, exclude_none=True))
        return outcome


def _gathered(waiting: dict[Future[Judgement], Question]) -> Iterator[list[tuple[Question, Judgement]]]:
    """What the futures give, in batches as they end; raises the first error once all have ended."""
    ended: SimpleQueue[Future[Judgement]] = SimpleQueue()
    for future in list(waiting):
        future.add_done_callback(ended.put)
    failure: BaseException | None = None
    try:
        while waiting:
            batch = [ended.get()]
            while not ended.empty():
                batch.append(ended.get())
            answered = list[tuple[Question, Judgement]]()
            for future in batch:
                question = waiting.pop(future)
                error = None if future.cancelled() else future.exception()
                if error is None:
                    judgement = _STOPPED if future.cancelled() else future.result()
                    answered.append((question, judgement))
                    error = judgement.fatal
                if error is not None and failure is None:
                    failure = error
                    for other in list(waiting):
                        other.cancel()
            yield answered
    finally:
        for future in waiting:
            future.cancel()
    if failure is not None:
        raise failure


def _spent(run: RunFolder, plan: Plan) -> Iterable[Call]:
    """Every call that any judge has made for the run."""
    for trial in plan.trials:
        for ledger in run.trial(trial.id).path.glob(f"{STAGE}/*/{LEDGER}"):
            for line in read_lines(ledger):
                yield Call.model_validate(line, strict=False)
