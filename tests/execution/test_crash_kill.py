"""kill -9 of the runner at random moments, then resume: one process a stage, no stage twice, nothing torn."""

import json
import os
import random
import signal
import subprocess
import time
from collections import defaultdict
from pathlib import Path

from runner import procfs
from runner.processes import MARKER
from tests.execution.bench import Bench
from tests.execution.test_crash_injection import check_whole
from tests.tiny_root import add_agent, add_run, add_submission

KILLS = 20
# A stubborn daemon of the payload's own writes beside it, so that what outlives its stage is seen.
PAYLOAD = """
say() {{ echo "$1 $PAPERBENCH_STAGE {mark}" >> {log}; }}
say start
echo $$ > pid.txt
(trap '' TERM HUP; setsid bash -c 'trap "" TERM HUP; while true; do echo "tick $PAPERBENCH_STAGE '$$'" >> {log}; sleep 0.05; done' &)
for i in 1 2 3 4 5 6 7 8; do sleep 0.05; say tick; done
echo 42 > answer.txt
say finish
"""  # noqa: E501


def slow_root(bench: Bench, trials: int) -> Path:
    """A run of several trials whose payload tells its life outside of them."""
    log = bench.root / "life"
    script = PAYLOAD.format(log=log, mark="$$")
    folder = add_submission(bench.root / "mine", script)
    add_agent(bench.root, "me", "submission", {"tiny": [str(folder)] * trials})
    add_run(bench.root, agents=("me", "noop"), attempts=trials)
    return log


def alive(run: Path) -> list[procfs.Process]:
    """Every process of the run's stages."""
    uuid = json.loads((run / "plan.lock").read_bytes())["uuid"]
    return procfs.with_variable(lambda variable: variable.startswith(f"{MARKER}={uuid}.".encode()))


def killed_at_random(bench: Bench, seed: int) -> int:
    """Start the run and kill its runner, until it ends by itself or was killed often enough; counts kills."""
    chance = random.Random(seed)
    for kills in range(KILLS):
        process = bench.start("run", "tiny-run")
        try:
            process.communicate(timeout=chance.uniform(0.2, 1.6))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
        else:
            assert process.returncode == 0
            return kills
    return KILLS


def check_life(log: Path, run: Path) -> None:
    """Of each stage: processes one after another, and the last started is the one whose outcome stands."""
    lives: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        what, stage, pid = line.split()
        lives[stage].append((what, pid))
    for stage, events in lives.items():
        order: list[str] = []
        for what, pid in events:
            if what == "start":
                assert pid not in order
                order.append(pid)
            assert pid == order[-1], f"{stage}: {pid} still spoke after {order[-1]} had started"
        trial = "/".join(stage.split("/")[1:-1])
        kept = (run / "trials" / trial / "reproduce/submission/pid.txt").read_text().strip()
        assert order[-1] == kept, f"{stage} was started again after its outcome was written"
        assert ("finish", kept) in events


def test_twenty_kills_and_a_resume(bench: Bench) -> None:
    seed = int(os.environ.get("PAPERBENCH_TEST_SEED", time.time_ns()))
    print("PAPERBENCH_TEST_SEED", seed)
    log = slow_root(bench, trials=6)
    run = bench.runs / "tiny-run"
    kills = killed_at_random(bench, seed)
    answer = bench.call("run", "tiny-run")
    assert answer.status == 0, answer.err
    assert kills > KILLS // 2, "the run is too short to be killed often"
    check_whole(run)
    assert alive(run) == []
    check_life(log, run)


def test_runner_and_supervisor_killed_together(bench: Bench) -> None:
    log = slow_root(bench, trials=1)
    run = bench.runs / "tiny-run"
    process = bench.start("run", "tiny-run")
    while not log.exists() or "tick" not in log.read_text():
        time.sleep(0.02)
    family = alive(run)
    supervisors = [found for found in family if found.parent == process.pid]
    assert supervisors
    for pid in (process.pid, *(found.pid for found in supervisors)):
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert alive(run)
    assert bench.call("resume", "tiny-run").status == 0
    check_whole(run)
    assert alive(run) == []
    check_life(log, run)


def test_a_stage_whose_supervisor_is_killed_is_tried_again(bench: Bench) -> None:
    log = slow_root(bench, trials=1)
    run = bench.runs / "tiny-run"
    process = bench.start("run", "tiny-run")
    while not log.exists() or "tick" not in log.read_text():
        time.sleep(0.02)
    for supervisor in [found for found in alive(run) if found.parent == process.pid]:
        os.kill(supervisor.pid, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "trying again" in err
    outcome = bench.outcome("reproduce", "tiny/me/1")
    assert (outcome["reason"], outcome["tries"]) == ("ok", 2)
    assert alive(run) == []
    check_life(log, run)
