"""Reproduce: reproduce.sh in a fresh copy of the submission, its true exit status, and what it made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runner.containers import Payload
from runner.copying import copy_tree, make_readable, remove_tree
from runner.manifest import Entry, compare, scan, submission_digest, write_manifest
from runner.processes import Supervisor
from runner.stages.context import StageContext
from runner.stages.ending import Ending
from runner.stages.failures import InfrastructureError
from runner.stages.workspace import Workspace
from runner.supervisor import Order, Report
from validators.models.config import StageLimits
from validators.models.records import Made

SCRIPT = "reproduce.sh"
COMMAND = ("bash", SCRIPT)
MIB = 1 << 20
GIB = 1 << 30
WORDS = {
    "time_limit": "stopped at its time limit",
    "output_limit": "stopped at its limit on output",
    "memory_limit": "stopped at its limit on memory",
}


@dataclass(frozen=True)
class Reproduce:
    """Runs reproduce.sh under a supervisor, in the run's container."""

    def attempt(self, context: StageContext, space: Workspace) -> Ending:
        """One start; raises InfrastructureError and OSError."""
        copy_tree(context.folder.stage("rollout") / "submission", space.submission)
        before = scan(space.submission)
        log = space.draft / "reproduce.log"
        log.touch()
        if not has_script(space.submission):
            message = f"the submission has no {SCRIPT} in its root"
            return _described(Ending("submission", "no_reproduce_script", message), space, before, before)
        gpus = context.within.config.limits.reproduce.gpus
        with context.within.slots.taken(gpus, context.within.halt) as slots:
            report = _supervised(context, space, log, slots)
        _recover(space.submission)
        remove_tree(space.draft / "scratch")
        ending = replace(ending_of(report), gpus=slots, declared=context.within.declared())
        ending = replace(ending, observed=context.within.container.observed())
        return _described(ending, space, before, scan(space.submission))


def has_script(submission: Path) -> bool:
    """Whether there is a reproduce.sh in the root that does not lead out of the submission."""
    script = submission / SCRIPT
    return script.is_file() and script.resolve().is_relative_to(submission.resolve())


def order_for(context: StageContext, space: Workspace, log: Path, gpus: tuple[str, ...]) -> Order:
    """The supervisor's order: the payload in the run's container, and its limits."""
    scratch = space.draft / "scratch"
    payload = Payload(COMMAND, space.submission, scratch, context.marker, context.trial.id, gpus)
    launch = context.within.container.launch(payload)
    limits = context.within.config.limits.reproduce
    return Order(
        argv=list(launch.argv),
        env=launch.env,
        folder=str(launch.folder),
        log=str(log),
        measured=[str(space.submission), str(scratch)],
        time_limit_seconds=_seconds(limits),
        output_limit_bytes=limits.output_limit_mib * MIB,
        memory_limit_bytes=None if limits.mem_gib is None else int(limits.mem_gib * GIB),
    )


def _seconds(limits: StageLimits) -> float | None:
    minutes = limits.time_limit_minutes
    return None if isinstance(minutes, str) else minutes * 60


def _supervised(context: StageContext, space: Workspace, log: Path, gpus: tuple[str, ...]) -> Report:
    for name in ("home", "tmp"):
        (space.draft / "scratch" / name).mkdir(parents=True)
    halt = context.within.halt
    halt.check()
    supervisor = Supervisor(context.marker)
    halt.watch(supervisor)
    try:
        space.record(supervisor)
        supervisor.order(order_for(context, space, log, gpus))
        report = supervisor.report()
    finally:
        supervisor.let_go()
        halt.forget(supervisor)
    halt.check()
    if report is None:
        raise InfrastructureError("supervisor_lost", "the stage's supervisor ended without a report")
    return report


def ending_of(report: Report) -> Ending:
    """What the supervisor's report means; raises InfrastructureError where it blames nobody's work."""
    if report.ended in ("not_started", "not_killed"):
        raise InfrastructureError(report.ended, report.error or report.ended)
    if report.error is not None:
        raise InfrastructureError("log_lost", report.error)
    message = f"{report.left_running} processes still ran and were ended" if report.left_running else None
    if report.ended in WORDS:
        ending = Ending("submission", report.ended, WORDS[report.ended])
    elif report.exit_status == 0:
        ending = Ending("none", "ok", message)
    else:
        ending = Ending("submission", "exit_status", message)
    return replace(ending, exit_status=report.exit_status, duration_seconds=report.duration_seconds)


def _recover(submission: Path) -> None:
    # What ran here could do anything to its own folder: lock it, remove it, put a link in its place.
    if submission.is_symlink() or not submission.is_dir():
        submission.unlink(missing_ok=True)
        submission.mkdir()
    make_readable(submission)


def _described(ending: Ending, space: Workspace, before: Sequence[Entry], after: Sequence[Entry]) -> Ending:
    # Both are written only now, so that nothing the payload did to the files beside it counts.
    write_manifest(space.draft / "manifest.before.jsonl", before)
    write_manifest(space.draft / "manifest.after.jsonl", after)
    changes = compare(before, after)
    made = Made(
        new=len(changes.new),
        changed=len(changes.changed),
        rewritten=len(changes.rewritten),
        deleted=len(changes.deleted),
    )
    return replace(ending, submission=submission_digest(after), made=made)
