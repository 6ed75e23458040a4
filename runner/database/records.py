"""What the database keeps of one run's plan and outcomes; verdicts and ledgers it reads itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.database.comparability import PlanIndex, index_plan, is_weaker
from runner.run_folder import RunFolder, TrialFolder, handed_nothing_in
from validators.models.plan import Plan, PlannedTrial
from validators.models.records import Outcome


@dataclass(frozen=True)
class GradingRecord:
    """One trial under one judge; the folder is None where that judge has not begun."""

    judge: str
    kind: str
    model: str | None
    repeats: int | None
    folder: Path | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the tables know it."""

    planned: PlannedTrial
    rubric: str
    rubric_status: str
    papers: int
    conditions: str
    state: str
    why: str | None
    weaker: bool
    outcomes: tuple[Outcome, ...]
    gradings: tuple[GradingRecord, ...]


def _disqualified(rollout: Outcome) -> bool:
    return rollout.failure_class == "agent" and rollout.reason == "disqualified"


def state_of(stages: tuple[str, ...], outcomes: Mapping[str, Outcome]) -> tuple[str, str | None]:
    """Whether a trial is zero, open or judged, and why; stages are those that must have run."""
    rollout = outcomes.get("rollout")
    if rollout and (handed_nothing_in(rollout) or _disqualified(rollout)):
        return "zero", rollout.reason.replace("_", " ")
    for stage in stages:
        outcome = outcomes.get(stage)
        if outcome is None:
            return "open", f"{stage} has not run"
        if outcome.failure_class == "infrastructure":
            return "open", f"{stage} failed for infrastructure ({outcome.reason})"
    return "judged", None


def trial_records(run: RunFolder, plan: Plan) -> list[TrialRecord]:
    """Every trial of the run, in the plan's order; raises PaperbenchError on a damaged file."""
    index = index_plan(plan)
    gradings = {trial.id: _gradings(plan, run.trial(trial.id)) for trial in plan.trials}
    due: dict[str, GradingRecord] = {}
    if plan.origin == "planned":
        # Who judges one trial of a plan is expected to judge all of them: what is missing must show.
        seen = {judge for found in gradings.values() for judge in found}
        planned = {plan.judge.digest} if plan.judge else set()
        due = {judge: _planned(plan, judge) for judge in seen | planned}
    return [_trial_record(run, index, trial, due | gradings[trial.id]) for trial in plan.trials]


def _gradings(plan: Plan, folder: TrialFolder) -> dict[str, GradingRecord]:
    """What stands in the trial's grading folder, by the judge's digest."""
    folders = sorted(path for path in (folder.path / "grading").glob("*") if path.is_dir())
    return {path.name: _grading(plan, path, folder.outcome("grading", path.name)) for path in folders}


def _grading(plan: Plan, folder: Path, outcome: Outcome | None) -> GradingRecord:
    grading = outcome.grading if outcome else None
    if grading is None:
        planned = _planned(plan, folder.name)
        return GradingRecord(planned.judge, planned.kind, planned.model, planned.repeats, folder, outcome)
    return GradingRecord(folder.name, grading.kind, grading.model, grading.repeats, folder, outcome)


def _planned(plan: Plan, judge: str) -> GradingRecord:
    if plan.judge is None or plan.judge.digest != judge:
        return GradingRecord(judge, judge[:8], None, None)
    config = plan.judge.config
    model = config.llm.model if config.llm and config.otherwise == "llm" else None
    return GradingRecord(judge, config.id, model, config.repeats)


def _trial_record(
    run: RunFolder, index: PlanIndex, trial: PlannedTrial, gradings: Mapping[str, GradingRecord]
) -> TrialRecord:
    folder = run.trial(trial.id)
    made = {"rollout": folder.outcome("rollout"), "reproduce": folder.outcome("reproduce")}
    outcomes = {stage: outcome for stage, outcome in made.items() if outcome is not None}
    imported = index.plan.origin == "imported"
    reproduced = not imported and (trial.protocol or index.plan.protocol) != "code-dev"
    # Of an imported rollout there is an outcome only where upstream's files tell of it.
    due = () if imported else ("rollout", "reproduce") if reproduced else ("rollout",)
    state, why = state_of(due, outcomes)
    graded = [record.outcome for record in gradings.values() if record.outcome]
    return TrialRecord(
        planned=trial,
        rubric=index.rubric(trial),
        rubric_status=index.rubric_status(trial),
        papers=len(index.paper_set(trial)),
        conditions=index.conditions(trial),
        state=state,
        why=why,
        weaker=any(is_weaker(outcome.declared, outcome.observed) for outcome in outcomes.values()),
        outcomes=(*outcomes.values(), *graded),
        gradings=tuple(gradings[judge] for judge in sorted(gradings)),
    )
