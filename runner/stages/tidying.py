"""Removes what git does not track from a copy of the submission, in the stage's own container."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runner.copying import remove_tree
from runner.stages.context import StageContext
from runner.stages.handed_in import handed_in
from runner.stages.leavings import recovered
from runner.stages.payload import Start, open_log, run_payload
from runner.stages.workspace import Workspace
from runner.words import counted
from validators.models.config import StageLimits

MOST_MINUTES = 10.0
MISSING = 127


@dataclass(frozen=True)
class Tidied:
    """What came of cleaning: in words, and whether all that git does not track has gone."""

    note: str
    cleaned: bool = False


@cache
def _shell() -> str:
    return Path(__file__).with_name("clean.sh").read_text(encoding="utf-8")


def tidied(context: StageContext, space: Workspace) -> Tidied:
    """Clean the copy in the work folder; raises InfrastructureError and OSError.

    The repository is the submission's own, and what it configures could run programs: so git runs where
    reproduce.sh will, and its folders are taken back from it in the same way.
    """
    submission = space.work / "submission"
    git = submission / ".git"
    if git.is_symlink() or not git.is_dir():
        return Tidied("nothing was cleaned: the submission has no folder .git")
    held = _files(submission)
    rollout = handed_in(context.folder.stage("rollout"))
    limits = _limits(context.within.config.limits_of(context.payload_stage))
    with open_log(space.work) as log:
        command = ("bash", "-c", _shell(), "clean.sh")
        report = run_payload(context, space, Start(command, limits=limits, plain=True), log).report
    emptied = recovered(space)
    rollout.restore(context)
    for path in space.work.iterdir():
        if path != submission:
            remove_tree(path)
    if emptied is not None:
        return Tidied(f"when git had cleaned it {emptied}")
    removed = len(held - _files(submission))
    if report.ended == "exit" and report.exit_status == 0:
        return Tidied(f"git clean removed {counted(removed, 'file')}", cleaned=True)
    if report.exit_status == MISSING:
        return Tidied("nothing was cleaned: there is no git")
    ended = f"with status {report.exit_status}" if report.ended == "exit" else f"at its {report.ended}"
    return Tidied(f"git clean ended {ended} after it had removed {counted(removed, 'file')}")


def _limits(limits: StageLimits) -> StageLimits:
    minutes = limits.time_limit_minutes
    most = MOST_MINUTES if isinstance(minutes, str) else min(minutes, MOST_MINUTES)
    return limits.model_copy(update={"time_limit_minutes": most})


def _files(folder: Path) -> set[str]:
    """What lies below the folder and is no folder; git's own files aside."""
    found: set[str] = set()
    for here, folders, names in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        found.update(os.path.join(here, name) for name in names)  # noqa: PTH118  many names
    return found
