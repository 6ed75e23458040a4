"""One trial from its first unfinished stage to its last, with retries."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol as Interface

from runner.copying import remove_tree
from runner.run_folder import TrialFolder, handed_nothing_in
from runner.stages.context import RunContext, StageContext
from runner.stages.ending import Ending, outcome_of
from runner.stages.failures import InfrastructureError, is_fatal
from runner.stages.reproduce import Reproduce
from runner.stages.rollout import Rollout
from runner.stages.workspace import Workspace
from validators.faults import one_line
from validators.models.config import Protocol
from validators.models.plan import PlannedTrial
from validators.models.records import Outcome, Stage

TO_RETRY = ("infrastructure", "judge")


class Attempt(Interface):
    """A stage that works in a folder of its own."""

    def attempt(self, context: StageContext, space: Workspace) -> Ending:
        """One start; raises InfrastructureError and OSError."""


class Grades(Interface):
    """Whoever grades a trial."""

    def grade(self, trial: PlannedTrial) -> Outcome:
        """Judge what is not judged yet, and write the outcome."""


STAGES: dict[Stage, Attempt] = {"rollout": Rollout(), "reproduce": Reproduce()}


def finished(outcome: Outcome | None) -> bool:
    """Whether a stage with this outcome never runs again."""
    return outcome is not None and outcome.failure_class not in TO_RETRY


def stage_outcomes(folder: TrialFolder, protocol: Protocol, judge: str) -> Iterator[Outcome | None]:
    """The outcomes of the stages that such a trial needs, in order; None for one that has not ended."""
    rollout = folder.outcome("rollout")
    yield rollout
    if protocol != "code-dev" and not (rollout is not None and handed_nothing_in(rollout)):
        yield folder.outcome("reproduce")
    yield folder.outcome("grading", judge)


def stage_names(context: RunContext) -> Iterator[Stage]:
    """The stages before grading that the run's protocol asks for."""
    yield "rollout"
    if context.config.protocol != "code-dev":
        yield "reproduce"


def run_trial(context: RunContext, trial: PlannedTrial, grader: Grades) -> Outcome:
    """Run what is left of the trial; the last outcome, of class infrastructure when it could not go on."""
    for name in stage_names(context):
        outcome = run_stage(StageContext(context, trial, name))
        if outcome.failure_class == "infrastructure":
            return outcome
        if handed_nothing_in(outcome):
            break
    return _graded(context, trial, grader)


def _graded(context: RunContext, trial: PlannedTrial, grader: Grades) -> Outcome:
    judge = context.plan.judge
    done = context.run.trial(trial.id).outcome("grading", judge.digest) if judge else None
    if done is not None and finished(done):
        return done
    context.halt.check()
    context.progress.started(trial.id, "grading")
    outcome = grader.grade(trial)
    context.progress.finished(outcome)
    return outcome


def run_stage(context: StageContext) -> Outcome:
    """Run a stage unless it is finished, again after an infrastructure failure; leaves nothing half made."""
    done = context.folder.outcome(context.stage)
    tries = 0 if done is None else done.tries
    space = Workspace(context.folder, context.stage, context.marker, tries)
    if done is not None and finished(done):
        space.tidy()
        return done
    context.within.progress.started(context.trial.id, context.stage)
    started = time.time()
    try:
        # Before anything is made, so that no crash leaves them beside a new start.
        space.forget_later()
        outcome = outcome_of(_tried(context, space), context, space.tries, started)
        space.settle(outcome)
    except BaseException:
        _clear(context, space)
        space.abandon()
        raise
    context.within.progress.finished(outcome)
    return outcome


def _begin(context: StageContext, space: Workspace) -> None:
    try:
        space.begin()
    except PermissionError:
        # A start that was killed may have left files of the ids that root inside stands for.
        context.give_back(space.work)
        space.begin()


def _clear(context: StageContext, space: Workspace) -> None:
    """Remove what a start that failed left in its work folder, where that can be."""
    with suppress(OSError, InfrastructureError):
        try:
            remove_tree(space.work)
        except PermissionError:
            # Root inside may have left files of other ids.
            context.give_back(space.work)
            remove_tree(space.work)


def _tried(context: StageContext, space: Workspace) -> Ending:
    retries = context.within.config.max_retries
    for retry in range(retries + 1):
        context.within.halt.check()
        try:
            _begin(context, space)
            return STAGES[context.stage].attempt(context, space)
        except InfrastructureError as error:
            failure = error
        except OSError as error:
            if is_fatal(error):
                raise
            failure = InfrastructureError("io_error", f"{error.strerror}: {error.filename}")
        _clear(context, space)
        if retry < retries:
            context.within.progress.note(
                f"{context.trial.id} {context.stage}: {one_line(str(failure))}; trying again"
            )
            context.within.halt.wait(min(30.0, 0.5 * 2**retry))
    return Ending("infrastructure", failure.reason, str(failure))
