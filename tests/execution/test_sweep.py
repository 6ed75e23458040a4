"""What a killed supervisor left is found by its session, and nobody else's processes are."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner import procfs
from runner.processes import Supervisor, sweep
from tests.execution.bench import Bench
from tests.execution.test_supervision import is_alive, order, wait_for

CLEARED = """
(env -i sleep 600 & echo $! > one.pid)
env -i bash -c 'env -i A=b sleep 600 & echo $! > two.pid' < /dev/null
echo $$ > main.pid
exec env -i sleep 600
"""
TICKS = os.sysconf("SC_CLK_TCK")


def test_what_cleared_its_environment_is_found_by_its_session(tmp_path: Path) -> None:
    supervisor = Supervisor(f"{tmp_path.name}/tiny/stage")
    supervisor.order(order(tmp_path, CLEARED))
    pids = [int(wait_for(tmp_path / f"{name}.pid")) for name in ("main", "one", "two")]
    os.kill(supervisor.pid, signal.SIGKILL)
    assert supervisor.report() is None
    time.sleep(0.2)
    # The marker alone finds none of them.
    assert sweep("here/tiny/stage", moment=0.0) == 0
    assert all(map(is_alive, pids))
    assert sweep("here/tiny/stage", [(supervisor.pid, supervisor.start)], moment=0.0) == 3
    assert not any(map(is_alive, pids))


@dataclass(frozen=True)
class Session:
    """A session of somebody else: its leader, when that started, and a member."""

    leader: int
    start: int
    member: int


@pytest.fixture(params=[True, False], ids=["led", "leader gone"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session with its leader, or one that has lost it."""
    last = "sleep 60" if request.param else "exit"
    body = f"sleep 60 & echo $!; read go; {last}"
    leader = subprocess.Popen(
        ["bash", "-c", body], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert leader.stdin
    assert leader.stdout
    member, start = int(leader.stdout.readline()), procfs.start_time(leader.pid)
    leader.stdin.write("\n")
    leader.stdin.close()
    leader.stdout.close()
    if not request.param:
        leader.wait()
    yield Session(leader.pid, start, member)
    for pid in (member, leader.pid):
        if procfs.process(pid):
            os.kill(pid, signal.SIGKILL)
    leader.wait()


def test_the_session_of_another_leader_is_left_alone(session: Session) -> None:
    """Its id was a supervisor's long before, or, after a new boot, is only alike."""
    long_before = session.start - (procfs.SESSION_SECONDS + 60) * TICKS
    for start in (long_before, session.start + 5 * TICKS):
        assert sweep("nobody/at/all", [(session.leader, start)], moment=0.0) == 0
    assert is_alive(session.member)


def test_a_recorded_session_is_ended_with_its_leader_or_without(session: Session) -> None:
    led = is_alive(session.leader)
    assert sweep("nobody/at/all", [(session.leader, session.start)], moment=0.0) >= 1 + led
    assert not is_alive(session.member)


def test_resume_ends_what_lost_its_marker(bench: Bench) -> None:
    body = f"[ -e {bench.root}/second ] && exit; cd {bench.root}\n{CLEARED}"
    bench.submission_run(body)
    process = bench.start("run", "tiny-run")
    pids = [int(wait_for(bench.root / f"{name}.pid")) for name in ("main", "one", "two")]
    supervisor = procfs.process(pids[0])
    assert supervisor
    process.kill()
    os.kill(supervisor.parent, signal.SIGKILL)
    process.communicate()
    assert all(map(is_alive, pids))
    (bench.root / "second").touch()
    assert bench.call("resume", "tiny-run").status == 0
    assert not any(map(is_alive, pids))
    assert bench.outcome("reproduce")["reason"] == "ok"
