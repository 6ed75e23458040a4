"""Rollout: the agent's attempt becomes rollout/submission."""

from dataclasses import dataclass

from runner.copying import copy_tree, total_bytes
from runner.manifest import scan, submission_digest
from runner.planning.drift import submission_folder
from runner.stages.context import StageContext
from runner.stages.ending import Ending
from runner.stages.failures import InfrastructureError
from runner.stages.workspace import Workspace

MIB = 1 << 20


@dataclass(frozen=True)
class Rollout:
    """Hands in the folder that the plan names, or nothing."""

    def attempt(self, context: StageContext, space: Workspace) -> Ending:
        """Copy the submission; raises InfrastructureError and OSError."""
        source = submission_folder(context.within.corpus, context.trial)
        if source is None:
            return Ending("agent", "no_submission", f"agent '{context.trial.agent}' handed nothing in")
        left_out = copy_tree(source, space.submission)
        entries = scan(space.submission)
        digest = submission_digest(entries)
        if digest != context.trial.submission_digest:
            raise InfrastructureError(
                "submission_drifted", f"{source} is no longer what was planned; plan again"
            )
        if all(entry.kind == "dir" for entry in entries):
            return Ending("agent", "no_submission", f"{source} holds no file")
        limit = context.within.config.limits.rollout.output_limit_mib
        if total_bytes(entries) > limit * MIB:
            return Ending(
                "agent", "output_limit", f"the submission is larger than {limit} MiB", submission=digest
            )
        note = f"left out, no files: {', '.join(left_out)}" if left_out else None
        return Ending("none", "ok", note, submission=digest)
