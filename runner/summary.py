"""What a run is and how far it is, as facts and as lines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from runner.lease import Holder, live_holder
from runner.run_folder import RunFolder
from runner.stages.foreseen import command, gpu_line, image_lines, papers_needing_gpus, ways_line
from runner.stages.salvage import COMMAND
from runner.stages.trial import finished, stage_outcomes
from runner.words import counted
from validators.faults import one_line
from validators.models.config import Run
from validators.models.plan import Plan, PlannedImage, PlannedTrial
from validators.models.records import Outcome, Stage

STAGES: tuple[Stage, ...] = ("rollout", "reproduce", "grading")


def trial_outcomes(run: RunFolder, plan: Plan, trial: PlannedTrial) -> list[Outcome]:
    """The outcomes of the trial's stages so far; for an imported one, of every grading."""
    folder = run.trial(trial.id)
    if plan.judge is not None:
        told = stage_outcomes(folder, trial.protocol or plan.protocol, plan.judge.digest)
        # What follows a stage without outcome will be made again.
        return list(_until_missing(told))
    digests = sorted(p.name for p in folder.path.glob("grading/*"))
    found = [folder.outcome("rollout"), folder.outcome("reproduce")]
    found += [folder.outcome("grading", digest) for digest in digests]
    return [outcome for outcome in found if outcome is not None]


def _until_missing(outcomes: Iterable[Outcome | None]) -> Iterator[Outcome]:
    for outcome in outcomes:
        if outcome is None:
            return
        yield outcome


def trial_state(outcomes: list[Outcome], *, running: bool) -> str:
    """waiting, running, interrupted, graded, incomplete (leaves open) or failed (infrastructure)."""
    last = outcomes[-1] if outcomes else None
    if last is not None and not finished(last):
        return "incomplete" if last.failure_class == "judge" else "failed"
    if last is not None and last.stage == "grading":
        return "graded"
    if not running:
        return "interrupted" if outcomes else "waiting"
    return "running" if outcomes else "waiting"


def run_facts(run: RunFolder) -> dict[str, Any]:
    """Everything status tells about a run."""
    plan = run.plan()
    holder = live_holder(run.path)
    trials = []
    for trial in plan.trials:
        outcomes = trial_outcomes(run, plan, trial)
        told = [outcome.model_dump(mode="json", by_alias=True, exclude_none=True) for outcome in outcomes]
        state = trial_state(outcomes, running=holder is not None)
        trials.append({"id": trial.id, "state": state, "stages": told})
    return {
        "run": plan.run,
        "folder": str(run.path),
        "origin": plan.origin,
        "trials": trials,
        "states": dict(sorted(Counter(str(trial["state"]) for trial in trials).items())),
        "holder": _holder(holder),
    }


def _holder(holder: Holder | None) -> dict[str, Any] | None:
    return None if holder is None else {"host": holder.host, "pid": holder.pid, "since": holder.since}


def headline(facts: dict[str, Any]) -> str:
    """A run in one line."""
    states = ", ".join(f"{count} {state}" for state, count in facts["states"].items())
    holder = facts["holder"]
    held = f"; running on {holder['host']} as process {holder['pid']}" if holder else ""
    return f"{facts['run']}: {counted(len(facts['trials']), 'trial')}, {states}{held}"


def trial_line(facts: dict[str, Any]) -> str:
    """A trial in one line: its state and its stages."""
    stages = "; ".join(_stage(stage) for stage in facts["stages"])
    line = f"  {facts['id']:<40} {facts['state']:<11} {stages}".rstrip()
    told = [outcome["message"] for outcome in facts["stages"] if outcome.get("message")]
    return "\n".join([line, *(f"      {one_line(message)}" for message in told)])


def _stage(outcome: dict[str, Any]) -> str:
    # At a limit the status only tells how it was ended.
    status = f" {outcome['exit_status']}" if outcome["reason"] == "exit_status" else ""
    return f"{outcome['stage']} {outcome['reason']}{status} ({outcome['duration_seconds']:.1f} s)"


def artefact_lines(run: RunFolder, plan: Plan) -> str:
    """Where everything of a run lies."""
    judge = f"{plan.judge.digest}" if plan.judge else "<judge>"
    trial = "<paper>/<agent>/<attempt>" if len(plan.trials) > 1 else plan.trials[0].id
    return "\n".join([
        f"run folder     {run.path}",
        f"plan           {run.path / 'plan.lock'}",
        f"rubrics        {run.path / 'rubrics'}",
        f"attempts       {run.path}/trials/{trial}/rollout/submission",
        f"reproductions  {run.path}/trials/{trial}/reproduce/{{reproduce.log,submission}}",
        f"verdicts       {run.path}/trials/{trial}/grading/{judge}/verdicts.jsonl",
    ])  # fmt: skip


def plan_facts(run: RunFolder, plan: Plan) -> dict[str, Any]:
    """What was planned."""
    return {
        "run": plan.run,
        "folder": str(run.path),
        "uuid": plan.uuid,
        "protocol": plan.protocol,
        "judge": plan.judge.config.id if plan.judge else None,
        "trials": [trial.id for trial in plan.trials],
        "images": [_image_facts(plan, image) for image in plan.images],
        "needs_gpu": papers_needing_gpus(plan),
    }


def _image_facts(plan: Plan, image: PlannedImage) -> dict[str, Any]:
    facts = image.model_dump(mode="json", exclude_none=True)
    return facts | ({"command": command(plan.config, plan.site, image)} if plan.config and plan.site else {})


def plan_lines(run: RunFolder, plan: Plan) -> str:
    """What was planned, in lines."""
    judge = f"{plan.judge.config.id} ({plan.judge.digest[:12]})" if plan.judge else "none"
    lines = [f"{plan.run}: {counted(len(plan.trials), 'trial')}, protocol {plan.protocol}, judge {judge}"]
    lines += [f"  {trial.id:<40} {_handed_in(trial)}" for trial in plan.trials]
    if plan.config and plan.protocol != "code-dev":
        more = (ways_line(plan.config.reproduction), *image_lines(plan), gpu_line(plan))
        lines += [_reproduction(plan.config), *filter(None, more)]
    return "\n".join(
        [*lines, f"plan           {run.path / 'plan.lock'}", f"next           paperbench run {plan.run}"]
    )


def _reproduction(config: Run) -> str:
    limits = config.limits.reproduce
    minutes = limits.time_limit_minutes
    time = "no time limit" if minutes == "unlimited" else f"at most {minutes:g} min"
    most = [time, f"{limits.output_limit_mib} MiB of output"]
    most += [f"{limits.mem_gib:g} GiB of memory"] if limits.mem_gib is not None else []
    most += [f"{limits.processes} processes"] if limits.processes is not None else []
    return (
        f"each is run with '{' '.join(COMMAND)}' in a fresh copy: container {config.container}, "
        f"network {config.network_of('reproduce')}, {', '.join(most)}"
        + ("; nothing is downloaded" if config.container == "process" else "")
    )


def _handed_in(trial: PlannedTrial) -> str:
    if trial.submission is None or trial.submission_digest is None:
        return "hands nothing in"
    return f"hands in {trial.submission} ({trial.submission_digest[:12]})"
