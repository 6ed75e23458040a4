"""A runner that dies just before or just after any fsync or rename is resumed to the same end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.execution.bench import CHECKOUT, Bench
from tests.tiny_root import add_agent, add_run, add_submission

CRASH = CHECKOUT / "tests/fakes/crash"
LANES = 2


def quick_root(bench: Bench) -> None:
    """One trial that reproduces and one that hands nothing in; the payload counts its starts outside."""
    script = f"echo start $PAPERBENCH_STAGE >> {bench.root}/events\necho 42 > answer.txt\n"
    folder = add_submission(bench.root / "mine", script)
    add_agent(bench.root, "me", "submission", {"tiny": [str(folder)]})
    add_run(bench.root, agents=("me", "noop"))


def readable(folder: Path) -> int:
    """Read every JSON file and every line under the folder; how many there were."""
    count = 0
    for path in folder.rglob("*"):
        if path.name.endswith((".json", ".lock")):
            json.loads(path.read_bytes())
            count += 1
        elif path.suffix == ".jsonl":
            for line in path.read_bytes().splitlines():
                json.loads(line)
                count += 1
    return count


def check_whole(run: Path) -> None:
    """Every planned trial has all its outcomes, and nothing half made is left."""
    plan = json.loads((run / "plan.lock").read_bytes())
    graded = {
        str(path.relative_to(run / "trials").parents[2])
        for path in run.glob("trials/*/*/*/grading/*/outcome.json")
    }
    assert graded == {trial["id"] for trial in plan["trials"]}
    assert readable(run) > 5
    left = {path.name for path in [*run.rglob(".*"), *run.parent.glob(f".{run.name}*")]}
    assert left == set(), left
    assert not (run / "lease.json").exists()


def crashes(root: Path, first: int, step: int) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "tests.fakes.crash.every_moment", str(root), str(first), str(step)]
    return subprocess.Popen(argv, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_every_moment_before_and_after_each_fsync_and_rename(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.execution.bench import make_bench

    benches = [make_bench(tmp_path / f"lane{lane}", capsys) for lane in range(LANES)]
    for bench in benches:
        quick_root(bench)
    lanes = [crashes(bench.root, lane, LANES) for lane, bench in enumerate(benches)]
    moments: list[int] = []
    ends = [lane.communicate(timeout=240) for lane in lanes]
    for bench, lane, (out, err) in zip(benches, lanes, ends, strict=True):
        assert lane.returncode == 0, err
        for told in map(json.loads, out.splitlines()):
            check_crash(bench, told)
            moments.append(told["moment"])
    assert sorted(moments)[: len(moments) - LANES] == list(range(len(moments) - LANES))
    assert len(moments) > 60


def check_crash(bench: Bench, told: dict[str, Any]) -> None:
    assert told["crashed"] in (0, -signal.SIGKILL), told["log"]
    assert told["resumed"] == 0, told["log"]
    check_whole(bench.runs / f"crash-{told['moment']}")
    if told["ended"]:
        assert told["starts_after"] == told["starts"], "a finished stage ran again"


@pytest.mark.parametrize("moment", [0, 5, 31])
def test_the_same_in_processes_of_their_own(bench: Bench, moment: int) -> None:
    quick_root(bench)
    path = os.pathsep.join([str(CRASH), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {"PYTHONPATH": path, "PAPERBENCH_CRASH_AT": str(moment)}
    process = bench.start("run", "tiny-run", "--workers", "1", **env)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, (out, err)
    assert bench.call("run", "tiny-run").status == 0
    check_whole(bench.runs / "tiny-run")
