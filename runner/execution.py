"""A planned run from its lease to its last outcome."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runner.containers import Image, Wanted, container
from runner.durable import clear_torn
from runner.errors import PaperbenchError
from runner.halt import Halt, InterruptedRunError
from runner.judging.grading import Grader
from runner.judging.llm.cache import answers_folder
from runner.lease import Lease, LeaseLostError
from runner.planning import check_drift
from runner.planning.plan import runner_version
from runner.planning.resolve import payload_stages, planned_judge, refuse_impossible
from runner.processes import sweep
from runner.progress import Progress, progress_for
from runner.run_folder import PLAN, RunFolder, TrialFolder, handed_nothing_in
from runner.schedulers import scheduler
from runner.schedulers.gpus import GpuSlots
from runner.stages.context import RunContext, run_marker
from runner.stages.environment import keep_packages
from runner.stages.foreseen import gpu_line
from runner.stages.trial import finished, run_trial, stage_outcomes
from validators.corpus import Corpus
from validators.models.config import PayloadStage, Run, Site
from validators.models.plan import Plan, PlannedJudge, PlannedTrial
from validators.models.records import Outcome


@dataclass(frozen=True)
class Executable:
    """A plan with everything that execution needs, as imported gradings lack it."""

    plan: Plan
    config: Run
    site: Site
    judge: PlannedJudge


def executable(run: RunFolder, corpus: Corpus) -> Executable:
    """The run's plan; raises PaperbenchError for one that holds nothing to run."""
    plan = run.plan()
    if plan.config is None or plan.site is None or plan.judge is None:
        raise PaperbenchError(
            f"{run.path} was {plan.origin}, not planned: there is nothing to run; see 'board'"
        )
    # The data may have moved since; check_drift says whether it is the same.
    here = plan.model_copy(update={"data_root": str(corpus.root.resolve())})
    return Executable(here, plan.config, plan.site, plan.judge)


def final_outcome(run: RunFolder, plan: Plan, trial: PlannedTrial) -> Outcome | None:
    """The outcome the trial's last stage left, or the failure that ended it; None while it is under way."""
    if plan.judge is None:
        return None
    protocol = trial.protocol or plan.protocol
    outcome = None
    for outcome in stage_outcomes(run.trial(trial.id), protocol, plan.judge.digest):
        if outcome is None or outcome.failure_class == "infrastructure":
            break
    return outcome


def execute(run: RunFolder, corpus: Corpus, workers: int | None = None) -> Counter[str]:
    """Run whatever of the run is not finished; counts trials by the class of their final outcome.

    Raises PaperbenchError when somebody else runs it or it drifted from its data.
    """
    lease = Lease(run.path)
    try:
        work = executable(run, corpus)
        check_drift(run, work.plan, corpus)
        refuse_impossible(work.config, work.site)
        sweep(run_marker(run, work.plan))
        for folder in (run.path, *_written(run)):
            clear_torn(folder)
        left = [trial for trial in work.plan.trials if not finished(final_outcome(run, work.plan, trial))]
        if left:
            count = workers or work.site.workers or os.cpu_count() or 1
            _run_trials(run, corpus, work, left, lease=lease, workers=count)
        outcomes = [final_outcome(run, work.plan, trial) for trial in work.plan.trials]
        return Counter(outcome.failure_class if outcome else "unfinished" for outcome in outcomes)
    finally:
        lease.release()


def _written(run: RunFolder) -> Iterator[Path]:
    """The folders of the run in which files are written atomically."""
    for trial in (run.path / "trials").glob("*/*/*"):
        yield from (trial, *trial.glob("rollout"), *trial.glob("reproduce"), *trial.glob("grading/*"))


def _run_trials(
    run: RunFolder, corpus: Corpus, work: Executable, left: list[PlannedTrial], *, lease: Lease, workers: int
) -> None:
    progress = progress_for(len(left))
    if work.plan.runner != runner_version():
        progress.note(f"planned by paperbench {work.plan.runner}, run by {runner_version()}")
    lacking = gpu_line(work.plan)
    if lacking is not None and any(_lacks(run.trial(trial.id), "reproduce") for trial in left):
        progress.note(lacking)
    # The same judge by its digest, reached as its config says now.
    judge = planned_judge(corpus, work.judge.config.id, PLAN)
    halt = Halt()
    guard = threading.Thread(target=_guard, args=(lease, halt, progress), daemon=True)
    guard.start()
    try:
        images = _images(run, corpus, work, left, progress)
    except BaseException:
        halt.ask()
        progress.close()
        raise
    context = RunContext(
        run, work.plan, work.config, corpus, container(work.config.container),
        GpuSlots(work.site.gpus), images, halt, progress,
    )  # fmt: skip
    grader = Grader(run, work.plan, judge, answers_folder(run.path.parent))

    def one(trial: PlannedTrial) -> None:
        run_trial(context, trial, grader)
        progress.trial_done(trial.id)

    try:
        scheduler(work.site.scheduler).run(left, one, workers, halt)
    finally:
        halt.ask()
        grader.close()
        guard.join()
        progress.close()
    if lease.lost.is_set():
        raise LeaseLostError(f"{run.path} was taken over by another process; see 'paperbench status'")


def _images(
    run: RunFolder, corpus: Corpus, work: Executable, left: list[PlannedTrial], progress: Progress
) -> dict[PayloadStage, Image]:
    """The image of each stage that will start a payload, tried out before any trial spends time."""
    wanted = [
        Wanted(work.config, work.site, stage, corpus.root, run.path / f".{stage}.image")
        for stage in payload_stages(work.config.protocol)
        if any(_lacks(run.trial(trial.id), stage) for trial in left)
    ]
    found = {one.stage: container(work.config.container).image(one, progress.note) for one in wanted}
    images = {stage: image for stage, image in found.items() if image is not None}
    keep_packages(run, images.values())
    return images


def _lacks(trial: TrialFolder, stage: PayloadStage) -> bool:
    """Whether the stage of the trial is to be started still."""
    rollout = trial.outcome("rollout")
    if rollout is None or not finished(rollout):
        return True
    return not (handed_nothing_in(rollout) or finished(trial.outcome(stage)))


def _guard(lease: Lease, halt: Halt, progress: Progress) -> None:
    """Stop the run when its lease is lost."""
    with suppress(InterruptedRunError):
        while not lease.lost.is_set():
            halt.wait(0.5)
        progress.note("the lease was lost; stopping")
        halt.ask()
