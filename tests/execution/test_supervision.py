"""What a payload leaves alive: nothing, whatever it tried."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner import procfs
from runner.memory import memory_bytes
from runner.processes import MARKER, Supervisor, sweep
from runner.supervisor import Order, Report
from tests.execution.bench import CHECKOUT, Bench, limits
from validators.log_text import unstamped

STUBBORN = """
import os, signal, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
with open("daemon.pid", "w") as stream:
    stream.write(str(os.getpid()))
time.sleep(600)
"""

# Its first thread has ended: /proc calls such a process a zombie and tells little of it.
HEADLESS = """
import ctypes, os, threading, time
if os.fork(): os._exit(0)
os.setsid()
x = bytes(int(os.environ.get("SIZE", "0")))
def live():
    time.sleep(0.2)
    with open("daemon.pid", "w") as stream:
        stream.write(str(os.getpid()))
    time.sleep(600)
threading.Thread(target=live).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def wait_for(path: Path) -> str:
    """The text of a file that somebody is about to write."""
    for _ in range(200):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(path)


def is_alive(pid: int) -> bool:
    found = procfs.process(pid)
    return found is not None and found.alive


def script(body: str) -> str:
    return f"cat > daemon.py <<'EOF'\n{STUBBORN}EOF\n{body}"


@pytest.mark.parametrize(
    "body",
    [
        "python3 daemon.py; while [ ! -s daemon.pid ]; do sleep 0.02; done",
        "env -i $(command -v python3) daemon.py & while [ ! -s daemon.pid ]; do sleep 0.02; done; sleep 60",
    ],
    ids=["at its end", "at the limit, without the marker"],
)
def test_a_double_forked_daemon_that_ignores_term_is_ended(bench: Bench, body: str) -> None:
    bench.submission_run(script(body), limits=limits(time_limit_minutes=0.03))
    assert bench.call("run", "tiny-run").status == 0
    pid = int((bench.trial() / "reproduce/submission/daemon.pid").read_text())
    assert not is_alive(pid)


@pytest.mark.parametrize("end", ["", "sleep 60"], ids=["at its end", "at the limit"])
def test_a_process_whose_first_thread_has_ended_is_ended(bench: Bench, end: str) -> None:
    body = f"cat > daemon.py <<'EOF'\n{HEADLESS}EOF\npython3 daemon.py\n"
    body += f"while [ ! -s daemon.pid ]; do sleep 0.02; done; {end}"
    bench.submission_run(body, limits=limits(time_limit_minutes=0.03))
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert outcome["reason"] == ("time_limit" if end else "ok")
    if end:
        assert outcome["message"].startswith("stopped at its time limit of 0.03 min")
        said = bench.call("status", "tiny-run").out
        assert "reproduce time_limit (" in said
        assert "stopped at its time limit of 0.03 min" in said
    assert not threads(int((bench.trial() / "reproduce/submission/daemon.pid").read_text()))


def test_a_process_whose_first_thread_has_ended_is_measured_and_swept(tmp_path: Path) -> None:
    (tmp_path / "daemon.py").write_text(HEADLESS.replace("bytes(", "b'x' * ("))
    supervisor = supervised(tmp_path, "SIZE=90000000 python3 daemon.py; sleep 60")
    pid = int(wait_for(tmp_path / "daemon.pid"))
    assert len(threads(pid)) == 2
    assert memory_bytes([pid]) > 90_000_000
    os.kill(supervisor.pid, signal.SIGKILL)
    assert supervisor.report() is None
    assert sweep("here/tiny/stage", moment=0.0) >= 2
    assert not threads(pid)


def threads(pid: int) -> list[str]:
    """The threads of a process whose first has ended; none when no other lives."""
    tasks = [path.name for path in Path(f"/proc/{pid}/task").glob("*")]
    return tasks if len(tasks) > 1 else []


def test_what_was_left_running_is_told(bench: Bench) -> None:
    bench.submission_run("sleep 600 & sleep 600 &")
    bench.call("run", "tiny-run")
    outcome = bench.outcome("reproduce")
    assert outcome["reason"] == "ok"
    assert "2 processes still ran" in outcome["message"]
    assert outcome["duration_seconds"] < 10


def order(folder: Path, body: str) -> Order:
    env = {"PATH": os.environ["PATH"], MARKER: "here/tiny/stage"}
    return Order(["bash", "-c", body], env, str(folder), str(folder / "log"), [str(folder)], 60, None, None)


def supervised(folder: Path, body: str) -> Supervisor:
    supervisor = Supervisor(f"{folder.name}/tiny/stage")
    supervisor.order(order(folder, body))
    return supervisor


def test_a_payload_that_forks_without_end_is_ended(tmp_path: Path) -> None:
    body = (
        "forks() { while true; do sleep 0.01 & done; }; for i in 1 2 3; do (trap '' TERM; forks) & done; wait"
    )
    supervisor = Supervisor(f"{tmp_path.name}/a/b")
    chosen = order(tmp_path, f"timeout -s KILL 1 bash -c 'true'; {body}")
    supervisor.order(Order(**{**vars(chosen), "time_limit_seconds": 1.5, "grace_seconds": 0.2}))
    report = supervisor.report()
    assert report is not None
    assert report.ended == "time_limit"
    assert sweep(tmp_path.name) == 0


def test_letting_go_kills_everything_and_reports_nothing(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path, script("python3 daemon.py; echo $$ > main.pid; sleep 600"))
    pids = [int(wait_for(tmp_path / name)) for name in ("daemon.pid", "main.pid")]
    supervisor.let_go()
    assert supervisor.report() is None
    assert not any(map(is_alive, pids))


def test_a_supervisor_that_is_kept_from_its_work_is_ended_with_all_below(tmp_path: Path) -> None:
    body = "echo $$ > main.pid; while true; do kill -STOP $PPID; done"
    supervisor = supervised(tmp_path, body)
    pid = int(wait_for(tmp_path / "main.pid"))
    report = supervisor.report(patience=2.0)
    assert report is not None
    assert (report.ended, report.exit_status) == ("time_limit", None)
    assert not is_alive(pid)
    assert not is_alive(supervisor.pid)


def test_what_started_inside_is_known_also_of_a_late_supervisor(tmp_path: Path) -> None:
    supervisor = Supervisor(f"{tmp_path.name}/tiny/stage")
    body = "echo 'inside-3f2a all is well'; sleep 0.3; while true; do kill -STOP $PPID; done"
    supervisor.order(replace(order(tmp_path, body), header="inside-3f2a "))
    report = supervisor.report(patience=2.0)
    assert report is not None
    assert (report.ended, report.inside) == ("time_limit", "all is well")
    assert 0 < report.started_seconds < report.duration_seconds


@pytest.mark.parametrize("told", [True, False])
def test_a_payload_that_was_ended_with_everything_else_is_not_its_own_end(tmp_path: Path, told: bool) -> None:
    supervisor = supervised(tmp_path, "echo $$ > main.pid; exec sleep 60")
    os.kill(int(wait_for(tmp_path / "main.pid")), signal.SIGTERM)
    time.sleep(0.05)
    if told:
        os.kill(supervisor.pid, signal.SIGTERM)
    report = supervisor.report()
    assert (report is None) == told
    assert report is None or (report.ended, report.exit_status) == ("exit", 143)


def reported(folder: Path, body: str, **changes: Any) -> Report:
    """How a payload with these limits ended."""
    supervisor = Supervisor(f"{folder.name}/tiny/stage")
    supervisor.order(replace(order(folder, body), **changes))
    report = supervisor.report()
    assert report is not None
    return report


@pytest.mark.parametrize(("limit", "ended"), [(6, "process_limit"), (30, "exit")])
def test_the_limit_on_processes_counts_all_below(tmp_path: Path, limit: int, ended: str) -> None:
    body = "for i in 1 2 3 4 5 6 7 8 9; do (sleep 3 &) ; done; sleep 1"
    report = reported(tmp_path, body, process_limit=limit, grace_seconds=0.2)
    assert report.ended == ended
    assert (report.duration_seconds > 1) == (ended == "exit")


def test_a_payload_that_signals_its_group_hits_nobody_else(tmp_path: Path) -> None:
    report = reported(tmp_path, "sleep 60 & kill 0; sleep 60")
    assert (report.ended, report.exit_status) == ("exit", 143)
    assert report.duration_seconds < 10


def test_the_line_from_inside_is_taken_out_and_told(tmp_path: Path) -> None:
    body = "echo WARNING; sleep 0.3; echo 'inside-3f2a all is well'; echo 'inside-3f2a again'; exit 4"
    report = reported(tmp_path, body, header="inside-3f2a ")
    assert (report.ended, report.exit_status, report.inside) == ("exit", 4, "all is well")
    assert 0.25 < report.started_seconds <= report.duration_seconds
    assert report.said == ""
    kept = (tmp_path / "log").read_text()
    assert unstamped(kept) == "WARNING\ninside-3f2a again\n"
    assert report.log_bytes == len(unstamped(kept))


def test_what_was_said_is_told_where_nothing_came_from_inside(tmp_path: Path) -> None:
    report = reported(tmp_path, "seq 9000; echo FATAL: no image >&2; exit 255", header="inside-3f2a ")
    assert (report.exit_status, report.inside, report.started_seconds) == (255, None, 0.0)
    assert report.said.endswith("\n9000\nFATAL: no image\n")
    assert len(report.said) == 1 << 14
    assert reported(tmp_path, "echo x").said == ""


def test_what_is_printed_counts_also_where_it_is_not_kept(tmp_path: Path) -> None:
    report = reported(tmp_path, "seq 100000", log_limit_bytes=5000)
    assert (report.ended, report.log_bytes) == ("exit", 588_895)
    assert (tmp_path / "log").stat().st_size <= 5000
    report = reported(tmp_path, "yes", log_limit_bytes=5000, output_limit_bytes=100_000, grace_seconds=0.1)
    assert report.ended == "output_limit"
    assert report.log_bytes > 100_000


HIDDEN = """
import ctypes, time
x = b"x" * (200 << 20)
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
time.sleep(60)
"""


def test_memory_that_a_payload_hides_counts(bench: Bench) -> None:
    bench.submission_run(f"python3 -c '{HIDDEN}'", limits=limits(mem_gib=0.1))
    argv = bench.argv("run", "tiny-run")
    if os.geteuid() == 0:
        # Only who may look at everybody's memory sees the maps of such a process.
        argv = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *argv]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert bench.outcome("reproduce")["reason"] == "memory_limit"


def test_a_supervisor_without_order_starts_nothing() -> None:
    supervisor = Supervisor("nothing/at/all")
    supervisor.let_go()
    assert supervisor.report() is None


def test_what_a_killed_supervisor_left_is_swept(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path, script("python3 daemon.py; echo $$ > main.pid; sleep 600"))
    pids = [int(wait_for(tmp_path / name)) for name in ("daemon.pid", "main.pid")]
    os.kill(supervisor.pid, signal.SIGKILL)
    assert supervisor.report() is None
    assert all(map(is_alive, pids))
    assert sweep("here/tiny/stag") == 0
    assert sweep("here/tiny/stage", patience=5) >= 2
    assert not any(map(is_alive, pids))


def test_the_report_of_a_command_that_is_not_there(tmp_path: Path) -> None:
    supervisor = Supervisor("x/y/z")
    supervisor.order(Order(["/no/such"], {}, str(tmp_path), str(tmp_path / "log"), [], None, None, None))
    report = supervisor.report()
    assert isinstance(report, Report)
    assert report.ended == "not_started"
