"""Reproduce: reproduce.sh in a fresh copy of the submission, its true exit status, and what it made."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from runner.containers import Payload
from runner.copying import LONGEST_PATH, copy_tree, make_readable, remove_tree
from runner.manifest import Entry, compare, scan, submission_digest, write_manifest
from runner.output import folder_bytes
from runner.processes import Supervisor, sweep
from runner.stages.context import StageContext
from runner.stages.ending import Ending
from runner.stages.failures import DISK, InfrastructureError
from runner.stages.handed_in import handed_in
from runner.stages.workspace import Workspace
from runner.supervisor import Order, Report
from validators.models.config import StageLimits
from validators.models.records import Made

SCRIPT = "reproduce.sh"
COMMAND = ("bash", SCRIPT)
LOG = "reproduce.log"
MARGIN_SECONDS = 10.0
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
        submission = space.work / "submission"
        copy_tree(context.folder.stage("rollout") / "submission", submission)
        before = scan(submission)
        if not has_script(submission):
            message = f"the submission has no {SCRIPT} in its root"
            (space.draft / LOG).touch()
            submission.rename(space.submission)
            return _described(Ending("submission", "no_reproduce_script", message), space, before, before)
        gpus = context.within.config.limits.reproduce.gpus
        rollout = handed_in(context.folder.stage("rollout"))
        with open_log(space.work) as log:
            with context.within.slots.taken(gpus, context.within.halt) as slots:
                report = _supervised(context, space, log, slots)
            damage = _reclaimed(space)
            if rollout.restore(context):
                damage = "it changed what was handed in"
            with (space.draft / LOG).open("wb") as kept:
                log.seek(0)
                shutil.copyfileobj(log, kept)
        over = _trimmed(space.submission, before, context.within.config.limits.reproduce.output_limit_mib)
        ending = blamed(ending_of(report), damage, over)
        ending = replace(ending, gpus=slots, declared=context.declared())
        ending = replace(ending, observed=context.within.container.observed())
        return _described(ending, space, before, scan(space.submission))


@contextmanager
def open_log(folder: Path) -> Iterator[BinaryIO]:
    """A file without a name, so that nobody who is not given it can write another log in its place."""
    path = folder / LOG
    with path.open("x+b") as log:
        path.unlink()
        yield log


def has_script(submission: Path) -> bool:
    """Whether there is a reproduce.sh in the root that does not lead out of the submission."""
    script = submission / SCRIPT
    return script.is_file() and script.resolve().is_relative_to(submission.resolve())


def order_for(context: StageContext, space: Workspace, log: BinaryIO, gpus: tuple[str, ...]) -> Order:
    """The supervisor's order: the payload in the run's container, and its limits."""
    scratch = space.work / "scratch"
    payload = Payload(COMMAND, space.work / "submission", scratch, context.marker, context.trial.id, gpus)
    launch = context.within.container.launch(payload)
    limits = context.within.config.limits.reproduce
    return Order(
        argv=list(launch.argv),
        env=launch.env,
        folder=str(launch.folder),
        log=f"/proc/self/fd/{log.fileno()}",
        measured=[str(space.work)],
        time_limit_seconds=_seconds(limits),
        output_limit_bytes=limits.output_limit_mib * MIB,
        memory_limit_bytes=None if limits.mem_gib is None else int(limits.mem_gib * GIB),
    )


def _seconds(limits: StageLimits) -> float | None:
    minutes = limits.time_limit_minutes
    return None if isinstance(minutes, str) else minutes * 60


def _supervised(context: StageContext, space: Workspace, log: BinaryIO, gpus: tuple[str, ...]) -> Report:
    for name in ("home", "tmp"):
        (space.work / "scratch" / name).mkdir(parents=True)
    halt = context.within.halt
    halt.check()
    supervisor = Supervisor(context.marker, log.fileno())
    halt.watch(supervisor)
    try:
        space.record(supervisor)
        order = order_for(context, space, log, gpus)
        supervisor.order(order)
        report = supervisor.report(_patience(order))
        if report is None or report.ended == "time_limit":
            # It may have been killed or kept from its work by what it stood over.
            sweep(context.marker, moment=0.0)
    finally:
        supervisor.let_go()
        halt.forget(supervisor)
    halt.check()
    if report is None:
        raise InfrastructureError("supervisor_lost", "the stage's supervisor ended without a report")
    return report


def _patience(order: Order) -> float | None:
    limit = order.time_limit_seconds
    return None if limit is None else limit + order.grace_seconds + order.give_up_seconds + MARGIN_SECONDS


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


def blamed(ending: Ending, damage: str | None, over: str | None) -> Ending:
    """The ending with what else the payload did wrong; only a better reason is replaced."""
    told = "; ".join(filter(None, [ending.message, damage, over])) or None
    reason = "output_limit" if over else "workspace_damaged" if damage else None
    if reason is None or ending.failure_class != "none":
        return replace(ending, message=told)
    return replace(ending, failure_class="submission", reason=reason, message=told)


def _reclaimed(space: Workspace) -> str | None:
    """Move what ran into the draft; what it did to its folders, which never stops a run."""
    damaged = space.reclaim()
    made = space.work / "submission"
    told = "it removed or locked folders of the runner" if damaged else None
    try:
        if made.is_symlink() or not made.is_dir():
            remove_tree(made)
            made.mkdir()
            told = "it removed its own folder"
        if make_readable(made):
            told = f"paths of more than {LONGEST_PATH} bytes were removed"
        made.rename(space.submission)
    except OSError as error:
        if error.errno in DISK:
            raise
        told = f"its folder cannot be read: {error.strerror}: {error.filename}"
        space.submission.mkdir(exist_ok=True)
    return told


def _trimmed(submission: Path, before: Sequence[Entry], limit_mib: int) -> str | None:
    """Remove the largest files that were made, until what is left keeps the limit; which those were.

    Before anything is read: a file may claim to be larger than the disk.
    """
    old = {entry.path: entry.size for entry in before}
    room = limit_mib * MIB - (folder_bytes([str(submission)]) - sum(old.values()))
    removed: list[str] = []
    if room < 0:
        for size, path in sorted(_grown(submission, old), reverse=True):
            if room >= 0:
                break
            (submission / path).unlink()
            room += size
            removed.append(path)
    if not removed:
        return None
    return f"removed, over the limit on output: {removed[0]} and {len(removed) - 1} more files"


def _grown(submission: Path, old: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Size and path of every file that is larger than it was."""
    for folder, _, names in os.walk(submission):
        for name in names:
            path = os.path.relpath(Path(folder, name), submission)
            status = Path(folder, name).lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size > old.get(path, 0):
                yield status.st_size, path


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
