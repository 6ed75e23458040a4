"""Crash a run at every moment in turn, resume each, and print one JSON line a crash.

Runs are forked from this process, in which the runner is loaded once: argv is the data root, the first moment
and the step to the next.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import runner.execution
import runner.planning.choose
from runner.cli import main
from tests.fakes.crash.sitecustomize import install


def forked(work: Callable[[], int], log: Path) -> int:
    """Do it in a child; its exit status, or minus the signal that ended it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
    os.dup2(1, 2)
    status = 99
    try:
        status = work()
    except BaseException:  # noqa: BLE001  the child must end here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def crash_and_resume(root: Path, moment: int) -> bool:
    """One run of its own, killed at the moment and resumed; False when the run has no such moment."""
    name, log = f"crash-{moment}", root / f"crash-{moment}.log"
    words = ["--root", str(root), "--workers", "1"]

    def crashing() -> int:
        install(moment)
        return main(["run", "tiny-run", "--name", name, *words])

    crashed = forked(crashing, log)
    events = root / "events"
    starts = events.read_text().count("start") if events.exists() else 0
    ended = [str(path) for path in (root / "runs" / name).glob("trials/*/*/*/reproduce/outcome.json")]
    resumed = forked(lambda: main(["run", "tiny-run", "--name", name, *words]), log)
    told = {"moment": moment, "crashed": crashed, "starts": starts, "ended": ended, "resumed": resumed,
            "starts_after": events.read_text().count("start"), "log": log.read_text()}  # fmt: skip
    print(json.dumps(told), flush=True)
    return crashed == -signal.SIGKILL


if __name__ == "__main__":
    assert runner.execution
    assert runner.planning.choose
    at, step = int(sys.argv[2]), int(sys.argv[3])
    while crash_and_resume(Path(sys.argv[1]), at):
        at += step
