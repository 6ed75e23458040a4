"""Rollout: the agent's attempt becomes rollout/submission."""

from dataclasses import dataclass
from pathlib import Path

from runner.archives import refusal, unpack
from runner.copying import copy_tree, total_bytes
from runner.manifest import Entry, scan, submission_digest
from runner.planning.drift import submission_folder
from runner.stages.context import StageContext
from runner.stages.ending import Ending, told
from runner.stages.failures import InfrastructureError
from runner.stages.workspace import Workspace

MIB = 1 << 20
MOST_NAMES = 20


@dataclass(frozen=True)
class Rollout:
    """Hands in the folder or archive that the plan names, or nothing."""

    def attempt(self, context: StageContext, space: Workspace) -> Ending:
        """Copy or unpack the submission; raises InfrastructureError and OSError."""
        source = submission_folder(context.within.corpus, context.trial)
        if source is None:
            return Ending("agent", "no_submission", f"agent '{context.trial.agent}' handed nothing in")
        if source.is_file():
            return _unpacked(context, space, source)
        left_out = copy_tree(source.resolve(), space.submission)
        entries = scan(space.submission)
        if submission_digest(entries) != context.trial.submission_digest:
            raise _drifted(source)
        return _handed_in(context, source, entries, left_out)


def _drifted(source: Path) -> InfrastructureError:
    return InfrastructureError("submission_drifted", f"{source} is no longer what was planned; plan again")


def _unpacked(context: StageContext, space: Workspace, source: Path) -> Ending:
    why = refusal(source)
    if why is not None:
        raise InfrastructureError("archive_unreadable", f"{source} {why}")
    limit = context.within.config.limits.rollout.output_limit_mib
    unpacked = unpack(source, space.submission, limit * MIB)
    if unpacked.digest != context.trial.submission_digest:
        raise _drifted(source)
    if unpacked.fault is not None:
        message = f"{source} {unpacked.fault}; nothing of it was taken"
        return Ending("agent", unpacked.fault.reason, message)
    entries = scan(space.submission)
    return told(
        _handed_in(context, source, entries, unpacked.left_out),
        _named("left out, links that lead out", unpacked.links_out),
    )


def _handed_in(
    context: StageContext, source: Path, entries: tuple[Entry, ...], left_out: tuple[str, ...]
) -> Ending:
    digest = submission_digest(entries)
    if all(entry.kind == "dir" for entry in entries):
        return Ending("agent", "no_submission", f"{source} holds no file")
    limit = context.within.config.limits.rollout.output_limit_mib
    if total_bytes(entries) > limit * MIB:
        message = f"the submission is larger than {limit} MiB"
        return Ending("agent", "output_limit", message, submission=digest)
    return Ending("none", "ok", _named("left out, no files", left_out), submission=digest)


def _named(why: str, paths: tuple[str, ...]) -> str | None:
    if not paths:
        return None
    more = f" and {len(paths) - MOST_NAMES:,} more" if len(paths) > MOST_NAMES else ""
    return f"{why}: {', '.join(paths[:MOST_NAMES])}{more}"
