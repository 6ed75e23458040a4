"""Sixteen trials at a time, some of which fail, hang or lose their runner: nothing of them remains."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

from tests.containers.inside import Contained
from tests.processes_left import left_behind
from tests.tiny_root import add_agent, add_run, add_submission

TRIALS = 16
SCRIPTS = {
    "well": "sleep 1\necho 42 > answer.txt\n",
    "badly": "(setsid sleep 600 &)\nexit 7\n",
    "hanging": "trap '' TERM\n(setsid env -i sleep 600 &)\nsleep 600\n",
    "hidden": "(setsid env -i bash -c '(sleep 600 &) ; sleep 600' &)\nsleep 1\nkill -9 $$\n",
}
LOADED = 4
ENDINGS = {"well": "ok", "badly": "exit_status", "hanging": "time_limit", "hidden": "exit_status"}


def plan(contained: Contained) -> None:
    """Four attempts of four scripts."""
    root = contained.bench.root
    for name, script in SCRIPTS.items():
        folder = add_submission(root / name, script)
        add_agent(root, name, "submission", {"tiny": [str(folder)] * (TRIALS // len(SCRIPTS))})
    add_run(
        root, "many", agents=tuple(SCRIPTS), attempts=TRIALS // len(SCRIPTS),
        container="apptainer", network="none", max_retries=0,
        images={"reproduce": {"sif": str(contained.sif), "sha256": contained.digest}},
        limits={"rollout": {"time_limit_minutes": 1}, "reproduce": {"time_limit_minutes": 0.15}},
    )  # fmt: skip


def payloads(root: Path) -> int:
    """How many containers are at work under the root."""
    return sum("appinit" in line for line in left_behind(root))


def test_nothing_remains_of_sixteen_at_once_and_a_killed_runner(contained: Contained) -> None:
    plan(contained)
    root = contained.bench.root
    with contained.bench.start("run", "many", "--workers", str(TRIALS)) as first:
        deadline = time.monotonic() + 60
        # Four hang, so that however slowly the machine starts them there is such a moment.
        while payloads(root) < LOADED and time.monotonic() < deadline:
            time.sleep(0.05)
        assert payloads(root)
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
    assert contained.bench.call("resume", "many", "--workers", str(TRIALS)).status == 0
    endings = Counter(
        (agent, contained.bench.outcome("reproduce", f"tiny/{agent}/{attempt}", "many")["reason"])
        for agent in SCRIPTS
        for attempt in range(1, TRIALS // len(SCRIPTS) + 1)
    )
    assert endings == {(agent, ENDINGS[agent]): TRIALS // len(SCRIPTS) for agent in SCRIPTS}
    assert not left_behind(root)
    names = {path.name for path in (root / "runs" / "many").rglob("*") if path.name.startswith(".")}
    assert not names


def test_nothing_remains_when_runner_and_supervisors_are_killed_together(contained: Contained) -> None:
    plan(contained)
    root = contained.bench.root
    with contained.bench.start("run", "many", "--workers", "4") as first:
        deadline = time.monotonic() + 60
        while payloads(root) < LOADED and time.monotonic() < deadline:
            time.sleep(0.1)
        children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        victims = {int(pid) for task in Path(f"/proc/{first.pid}/task").iterdir()
                   for pid in (task / "children").read_text().split()} | set(map(int, children))  # fmt: skip
        assert victims
        for victim in [first.pid, *victims]:
            os.kill(victim, signal.SIGKILL)
        first.communicate()
    assert left_behind(root)
    assert contained.bench.call("resume", "many", "--workers", str(TRIALS)).status == 0
    assert not left_behind(root)
