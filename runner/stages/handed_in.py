"""What rollout handed in stays as it was, whatever runs beside it."""

from dataclasses import dataclass
from pathlib import Path

from runner.archives import unpack
from runner.copying import copy_tree, remove_tree
from runner.durable import write_atomic
from runner.manifest import scan, submission_digest
from runner.planning.drift import submission_folder
from runner.stages.context import StageContext
from runner.stages.failures import InfrastructureError
from runner.stages.traces import Trace, traces

MIB = 1 << 20


@dataclass(frozen=True)
class HandedIn:
    """A finished rollout, as it was before a payload started."""

    folder: Path
    outcome: bytes
    traces: frozenset[Trace]

    def restore(self, context: StageContext) -> bool:
        """Make it what it was; whether it was anything else. Raises InfrastructureError and OSError."""
        if self == handed_in(self.folder):
            return False
        remove_tree(self.folder)
        source = submission_folder(context.within.corpus, context.trial)
        if source is None or not source.exists():
            raise InfrastructureError("rollout_damaged", f"{self.folder} was changed and {source} has gone")
        if _brought(source, self.folder / "submission", context) != context.trial.submission_digest:
            remove_tree(self.folder)
            raise InfrastructureError("submission_drifted", f"{source} is no longer what was planned")
        write_atomic(self.folder / "outcome.json", self.outcome)
        return True


def _brought(source: Path, target: Path, context: StageContext) -> str:
    """Copy or unpack once more; the digest that the plan has of such a source."""
    if source.is_file():
        limit = context.within.config.limits.rollout.output_limit_mib
        return unpack(source, target, limit * MIB).digest
    copy_tree(source.resolve(), target)
    return submission_digest(scan(target))


def handed_in(folder: Path) -> HandedIn:
    """The rollout in this folder; whatever is missing there counts as empty."""
    try:
        outcome = (folder / "outcome.json").read_bytes()
    except OSError:
        outcome = b""
    return HandedIn(folder, outcome, traces(folder))
