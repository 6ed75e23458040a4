"""What rollout handed in stays as it was, whatever runs beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

from runner.copying import copy_tree, remove_tree
from runner.durable import write_atomic
from runner.manifest import scan, submission_digest
from runner.planning.drift import submission_folder
from runner.stages.context import StageContext
from runner.stages.failures import InfrastructureError

Trace = tuple[str, int, int, int, int, int]


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
        if source is None or not source.is_dir():
            raise InfrastructureError("rollout_damaged", f"{self.folder} was changed and {source} has gone")
        copy_tree(source, self.folder / "submission")
        if submission_digest(scan(self.folder / "submission")) != context.trial.submission_digest:
            remove_tree(self.folder)
            raise InfrastructureError("submission_drifted", f"{source} is no longer what was planned")
        write_atomic(self.folder / "outcome.json", self.outcome)
        return True


def handed_in(folder: Path) -> HandedIn:
    """The rollout in this folder; whatever is missing there counts as empty."""
    traces: set[Trace] = set()
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(here, name)
            status = path.lstat()
            traces.add((str(path), status.st_mode, status.st_size, status.st_ino,
                        status.st_mtime_ns, status.st_ctime_ns))  # fmt: skip
    try:
        outcome = (folder / "outcome.json").read_bytes()
    except OSError:
        outcome = b""
    return HandedIn(folder, outcome, frozenset(traces))
