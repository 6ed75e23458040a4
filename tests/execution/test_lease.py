"""One process a run: live leases are refused, stale ones taken over by exactly one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner import procfs
from runner.errors import PaperbenchError
from runner.lease import LEASE, STALE_SECONDS, Lease, live_holder, read_holder
from tests.execution.bench import CHECKOUT, Bench
from tests.execution.test_supervision import wait_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_run_is_refused_with_host_and_pid(bench: Bench, number: signal.Signals) -> None:
    bench.submission_run(f"echo 1 > {bench.root}/started; sleep 600")
    process = bench.start("run", "tiny-run")
    try:
        wait_for(bench.root / "started")
        for verb in ("run", "resume"):
            answer = bench.call(verb, "tiny-run")
            assert answer.status == 1
            assert f"process {process.pid} on host {os.uname().nodename}" in answer.line
        assert f"process {process.pid}" in bench.call("status", "tiny-run").out
    finally:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    assert "Traceback" not in err
    assert "interrupted; go on with 'paperbench resume" in err
    assert not (bench.runs / "tiny-run" / LEASE).exists()
    trial = bench.trial()
    assert not list(trial.glob(".*.tmp"))
    assert "interrupted" in bench.call("status", "tiny-run").out


def stale(folder: Path, **changes: object) -> None:
    pid = os.getpid()
    me = {"host": "elsewhere", "pid": pid, "start": procfs.start_time(pid), "machine": procfs.machine()}
    me |= {"token": "0123456789ab", "since": "2026-01-01T00:00:00.000Z"}
    (folder / LEASE).write_text(json.dumps(me | changes))


def test_a_dead_holder_on_this_machine_is_taken_over(tmp_path: Path) -> None:
    stale(tmp_path, start=1)
    assert live_holder(tmp_path) is None
    lease = Lease(tmp_path)
    holder = read_holder(tmp_path / LEASE)
    assert holder is not None
    assert holder.pid == os.getpid()
    assert holder.token != "0123456789ab"
    assert [path.name for path in tmp_path.iterdir()] == [LEASE]
    lease.release()
    assert list(tmp_path.iterdir()) == []


def test_a_living_holder_on_this_machine_is_refused_however_old(tmp_path: Path) -> None:
    stale(tmp_path)
    os.utime(tmp_path / LEASE, (1, 1))
    with pytest.raises(PaperbenchError, match=f"process {os.getpid()} on host elsewhere"):
        Lease(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [LEASE]


def test_a_holder_on_another_machine_is_judged_by_its_heartbeat(tmp_path: Path) -> None:
    stale(tmp_path, machine="another")
    with pytest.raises(PaperbenchError, match="on host elsewhere"):
        Lease(tmp_path)
    old = time.time() - STALE_SECONDS - 5
    os.utime(tmp_path / LEASE, (old, old))
    Lease(tmp_path).release()


def test_a_lost_lease_is_noticed_and_not_given_back(tmp_path: Path) -> None:
    lease = Lease(tmp_path)
    assert lease.held()
    stale(tmp_path / ".", token="ffffffffffff")
    other = tmp_path / "other"
    other.write_text((tmp_path / LEASE).read_text())
    other.replace(tmp_path / LEASE)
    assert not lease.held()
    lease.release()
    holder = read_holder(tmp_path / LEASE)
    assert holder is not None
    assert holder.token == "ffffffffffff"


def test_a_takeover_that_died_half_way_is_taken_over(tmp_path: Path) -> None:
    stale(tmp_path, start=1)
    (tmp_path / f"{LEASE}.0123456789ab").write_text(
        (tmp_path / LEASE).read_text().replace("0123456789ab", "a" * 12)
    )
    Lease(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_lease_is_one_line(bench: Bench) -> None:
    bench.call("plan", "tiny-run")
    (bench.runs / "tiny-run" / LEASE).write_text("{")
    assert "is damaged" in bench.call("run", "tiny-run").line


CONTENDER = """
import sys, time
from pathlib import Path
from runner.errors import PaperbenchError
from runner.lease import Lease
folder, go = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
while not go.exists():
    pass
try:
    lease = Lease(folder)
except PaperbenchError:
    print("refused", flush=True)
else:
    print("won", flush=True)
sys.stdin.read()
"""


def test_of_many_contenders_for_a_stale_lease_one_wins(tmp_path: Path) -> None:
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        stale(folder, start=1)
        go = tmp_path / f"go{attempt}"
        contenders = [
            subprocess.Popen(
                [sys.executable, "-c", CONTENDER, str(folder), str(go)], cwd=CHECKOUT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for _ in range(5)
        ]  # fmt: skip
        for contender in contenders:
            assert contender.stdout is not None
            assert contender.stdout.readline() == "ready\n"
        go.touch()
        answers = []
        for contender in contenders:
            assert contender.stdout is not None
            answers.append(contender.stdout.readline().strip())
        for contender in contenders:
            contender.communicate()
        assert sorted(answers) == ["refused"] * 4 + ["won"]
