"""Reproduce: reproduce.sh in a fresh copy of the submission, its true exit status, and what it made."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runner.copying import LONGEST_PATH, copy_tree, make_readable, remove_tree
from runner.manifest import Entry, compare, scan, submission_digest, write_manifest
from runner.output import folder_bytes
from runner.stages.context import StageContext
from runner.stages.ending import Ending
from runner.stages.failures import DISK
from runner.stages.handed_in import handed_in
from runner.stages.payload import LOG, MIB, ending_of, open_log, run_payload
from runner.stages.workspace import Workspace
from validators.models.records import Made

SCRIPT = "reproduce.sh"
COMMAND = ("bash", SCRIPT)


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
                ran = run_payload(context, space, COMMAND, log, slots)
            context.give_back(space.work)
            damage = _reclaimed(space)
            if rollout.restore(context):
                damage = "it changed what was handed in"
            with (space.draft / LOG).open("wb") as kept:
                log.seek(0)
                shutil.copyfileobj(log, kept)
        over = _trimmed(space.submission, before, context.within.config.limits.reproduce.output_limit_mib)
        ending = blamed(ending_of(ran.report), damage, over)
        ending = replace(ending, gpus=slots, declared=context.declared(), observed=ran.isolation)
        ending = replace(ending, image=context.within.images.get(context.payload_stage))
        return _described(ending, space, before, scan(space.submission))


def has_script(submission: Path) -> bool:
    """Whether there is a reproduce.sh in the root that does not lead out of the submission."""
    script = submission / SCRIPT
    return script.is_file() and script.resolve().is_relative_to(submission.resolve())


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
