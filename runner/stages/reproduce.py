"""Reproduce: reproduce.sh in a fresh copy of the submission, its true exit status, and what it made."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from runner.copying import copy_tree
from runner.manifest import compare, scan, submission_digest, write_manifest
from runner.stages.context import StageContext
from runner.stages.ending import Ending, told
from runner.stages.environment import environment
from runner.stages.failures import InfrastructureError
from runner.stages.handed_in import handed_in
from runner.stages.leavings import large_files, reclaimed, trimmed
from runner.stages.payload import LOG, Start, ending_of, open_log, run_payload
from runner.stages.salvage import (
    SCRIPT,
    Reproduced,
    better,
    command_of,
    described,
    hindrance,
    prepared_seconds,
    tries,
    ways,
)
from runner.stages.tidying import Tidied, tidied
from runner.stages.traces import traces
from runner.stages.workspace import Workspace
from validators.models.config import Salvage, StageLimits
from validators.models.records import Made

TAMPERED = "it changed what an earlier way had left, which is dropped"


@dataclass(frozen=True)
class Reproduce:
    """Runs reproduce.sh under a supervisor, in the run's container."""

    def attempt(self, context: StageContext, space: Workspace) -> Ending:
        """One start, in as many ways as the config allows; raises InfrastructureError and OSError."""
        reproduction = context.within.config.reproduction
        tried: list[Reproduced] = []
        best: Reproduced | None = None
        with ExitStack() as logs:
            for way in ways(reproduction):
                if best is not None:
                    if not tried[-1].salvageable:
                        break
                    _say(context, tried[-1], way)
                    space.renew()
                left = traces(space.kept)
                one = (_reproduced if best is None else _or_lost)(context, space, way, logs)
                if best is not None and traces(space.kept) != left:
                    if one.lost is not None:
                        raise one.lost
                    best, one = None, replace(one, ending=told(one.ending, TAMPERED))
                if best is None or better(one, best):
                    best = one
                    space.keep()
                tried.append(one)
            assert best is not None
            space.take_back()
            with (space.draft / LOG).open("wb") as kept:
                if best.log is not None:
                    best.log.seek(0)
                    shutil.copyfileobj(best.log, kept)
        ending = _described(context, space, best)
        if not reproduction.salvage or best.log is None:
            return ending
        ways_told = f"kept of {len(tried)} ways: {described(best.way)}" if len(tried) > 1 else None
        return replace(told(ending, ways_told), attempts=tries(tried, best))


def _say(context: StageContext, failed: Reproduced, way: Salvage | None) -> None:
    why = failed.hindrance or f"exit status {failed.ending.exit_status}"
    context.within.progress.note(f"{context.trial.id} reproduce: {why}; trying it {described(way)}")


def _or_lost(context: StageContext, space: Workspace, way: Salvage | None, logs: ExitStack) -> Reproduced:
    """Run the script in a later way: where the infrastructure fails, what an earlier one left counts still.

    Raises InfrastructureError and OSError where its folders cannot be taken back.
    """
    handed = handed_in(context.folder.stage("rollout"))
    try:
        return _reproduced(context, space, way, logs)
    except InfrastructureError as error:
        context.give_back(space.work)
        space.reclaim()
        handed.restore(context)
        ending = Ending("infrastructure", error.reason, str(error))
        return Reproduced(way, ending, (), (), hindrance=error.reason, lost=error)


def _reproduced(context: StageContext, space: Workspace, way: Salvage | None, logs: ExitStack) -> Reproduced:
    """Run the script in one way; what it leaves lies in the draft. Raises InfrastructureError and OSError."""
    submission = space.work / "submission"
    rollout = context.folder.stage("rollout")
    copy_tree(rollout / "submission", submission)
    clean = tidied(context, space) if context.within.config.reproduction.clean else None
    before = scan(submission)
    if not has_script(submission):
        submission.rename(space.submission)
        ending = Ending("submission", "no_reproduce_script", f"the submission has no {SCRIPT} in its root")
        return Reproduced(way, _cleaned(ending, clean), before, before)
    limits = context.within.config.limits.reproduce
    log = logs.enter_context(open_log(space.work))
    handed = handed_in(rollout)
    with context.within.slots.taken(limits.gpus, context.within.halt) as slots:
        facts = environment(context, slots)
        ran = run_payload(context, space, Start(command_of(way), slots), log)
    hindered = hindrance(way, space.work / "scratch")
    waited = prepared_seconds(way, space.work / "scratch")
    context.give_back(space.work)
    damage = reclaimed(space)
    if handed.restore(context):
        damage = "it changed what was handed in"
    over = trimmed(space.submission, before, limits.output_limit_mib)
    ending = replace(
        blamed(ending_of(ran.report, limits), damage, over),
        gpus=slots,
        environment=facts,
        declared=context.declared(),
        observed=ran.isolation,
    )
    return Reproduced(
        way, _cleaned(ending, clean), before, scan(space.submission), log, hindered, None, waited
    )


def _cleaned(ending: Ending, clean: Tidied | None) -> Ending:
    return ending if clean is None else replace(told(ending, clean.note), cleaned=clean.cleaned)


def has_script(submission: Path) -> bool:
    """Whether there is a reproduce.sh in the root that does not lead out of the submission."""
    script = submission / SCRIPT
    return script.is_file() and script.resolve().is_relative_to(submission.resolve())


def blamed(ending: Ending, damage: str | None, over: str | None) -> Ending:
    """The ending with what else the payload did wrong; only a better reason is replaced."""
    ending = told(ending, damage, over)
    reason = "output_limit" if over else "workspace_damaged" if damage else None
    if reason is None or ending.failure_class != "none":
        return ending
    return replace(ending, failure_class="submission", reason=reason)


def _described(context: StageContext, space: Workspace, kept: Reproduced) -> Ending:
    """The ending of what is kept, with all that is told of its files."""
    config = context.within.config
    # Both are written only now, so that nothing the payload did to the files beside it counts.
    write_manifest(space.draft / "manifest.before.jsonl", kept.before)
    write_manifest(space.draft / "manifest.after.jsonl", kept.after)
    changes = compare(kept.before, kept.after)
    made = Made(
        new=len(changes.new),
        changed=len(changes.changed),
        rewritten=len(changes.rewritten),
        deleted=len(changes.deleted),
    )
    large, more = large_files(kept.after, config.reproduction.list_files_over_mib)
    return replace(
        told(kept.ending, more),
        submission=submission_digest(kept.after),
        made=made,
        large_files=large,
        limits_by="polled" if kept.log is not None and _polled(config.limits.reproduce) else None,
        image=None if kept.log is None else context.within.images.get(context.payload_stage),
    )


def _polled(limits: StageLimits) -> bool:
    """Whether there is a limit that somebody has to look after."""
    return limits.mem_gib is not None or limits.processes is not None
