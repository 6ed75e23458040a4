"""What a supervisor does with a real container: its limits, its helpers, and nothing left of it."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runner import procfs
from runner.processes import MARKER, Supervisor, sweep
from runner.supervisor import Order, Report
from tests.containers.inside import AS_ROOT

HEADER = "paperbench-inside-3f2a "
ROOTS = ("--userns",) if AS_ROOT else ()
CONTAINED = ("--containall", "--cleanenv", "--no-home", "--no-eval", "--pwd", "/")
# One that left its session and one that stays, neither with a marker.
LEFT = "(setsid env -i sleep 300 &); exec env -i sleep 300"
BUSY = "while sleep 0.02; do find /usr -type f > /dev/null || exit 1; done"


class Started:
    """A container under a supervisor."""

    def __init__(self, sif: Path, folder: Path, body: str, **changes: object) -> None:
        argv = ["apptainer", "exec", *CONTAINED, *ROOTS, str(sif), "sh", "-c", f"echo '{HEADER}here'; {body}"]
        self.marker = f"{folder.name}/a/b"
        env = {"PATH": os.environ["PATH"], MARKER: self.marker}
        order = Order(
            argv, env, str(folder), str(folder / "log"), [str(folder)], 60, None, None,
            header=HEADER, helpers_watched=True, grace_seconds=0.5,
        )  # fmt: skip
        self.supervisor = Supervisor(self.marker)
        self.supervisor.order(replace(order, **changes))  # type: ignore[arg-type]

    def running(self) -> list[int]:
        """All processes of the container, once both that sleep are there."""
        for _ in range(200):
            below = [found.pid for found in procfs.descendants([self.supervisor.pid])]
            if sum(name(pid) == "sleep" for pid in below) == 2:
                return below
            time.sleep(0.05)
        raise AssertionError([name(pid) for pid in below])

    def report(self) -> Report:
        report = self.supervisor.report()
        assert report is not None
        return report


def name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def named(pids: list[int], wanted: str) -> int:
    """The one process of this name."""
    return next(pid for pid in pids if name(pid) == wanted)


def alive(pids: list[int]) -> list[str]:
    """The names of those that can still act."""
    return [f"{pid} {name(pid)}" for pid in pids if (found := procfs.process(pid)) and found.alive]


def mounts() -> set[str]:
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def test_a_container_runs_to_its_end(sif: Path, tmp_path: Path) -> None:
    report = Started(sif, tmp_path, "echo said; sleep 1.2; exit 3").report()
    assert (report.ended, report.exit_status, report.inside) == ("exit", 3, "here")
    assert 0 < report.started_seconds < report.duration_seconds - 1
    assert report.left_running == 0


def test_at_its_limit_nothing_remains(sif: Path, tmp_path: Path) -> None:
    before = mounts()
    started = Started(sif, tmp_path, LEFT, time_limit_seconds=3.0)
    pids = started.running()
    assert len(pids) >= 4
    assert started.report().ended == "time_limit"
    assert alive(pids) == []
    assert mounts() == before


def test_let_go_nothing_remains(sif: Path, tmp_path: Path) -> None:
    started = Started(sif, tmp_path, LEFT)
    pids = started.running()
    started.supervisor.let_go()
    assert started.supervisor.report() is None
    assert alive(pids) == []


@pytest.mark.parametrize("victim", ["starter", "squashfuse_ll", "appinit"])
def test_a_container_that_breaks_is_nobodys_fault(sif: Path, tmp_path: Path, victim: str) -> None:
    started = Started(sif, tmp_path, LEFT)
    pids = started.running()
    time.sleep(1.0)
    os.kill(named(pids, victim), signal.SIGKILL)
    report = started.report()
    assert report.ended == "container_lost"
    assert report.duration_seconds < 20
    assert alive(pids) == []


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_also_a_payload_that_fails_at_once_was_broken(sif: Path, tmp_path: Path, seconds: float) -> None:
    started = Started(sif, tmp_path, f"(sleep 300 &); (sleep 301 &); {BUSY}")
    pids = started.running()
    time.sleep(seconds)
    os.kill(named(pids, "squashfuse_ll"), signal.SIGKILL)
    assert started.report().ended == "container_lost"


@pytest.mark.parametrize(
    "victims", [["supervisor"], ["supervisor", "starter"], ["supervisor", "squashfuse_ll"]]
)
def test_what_a_killed_supervisor_left_is_swept(sif: Path, tmp_path: Path, victims: list[str]) -> None:
    started = Started(sif, tmp_path, LEFT)
    pids = started.running()
    recorded = (started.supervisor.pid, started.supervisor.start)
    for victim in victims:
        os.kill(started.supervisor.pid if victim == "supervisor" else named(pids, victim), signal.SIGKILL)
    assert started.supervisor.report() is None
    assert sweep(started.marker, [recorded], moment=0.0) >= 1
    assert alive(pids) == []


# Reads a key of the caller's session by its name: search, then read.
READ_KEY = """python3 - <<'END'
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
key = libc.syscall({keyctl}, 10, -3, b"user", b"{name}", 0)
text = ctypes.create_string_buffer(100)
print(key > 0 and libc.syscall({keyctl}, 11, key, text, 100) > 0 and text.value)
END"""


def test_the_callers_keys_are_not_read_inside(sif: Path, tmp_path: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers of these system calls are others here")
    libc = ctypes.CDLL(None, use_errno=True)
    name, add_key, keyctl, unlink, session = f"paperbench-{os.getpid()}", 248, 250, 9, -3
    planted = libc.syscall(add_key, b"user", name.encode(), b"PLANTED", 7, session)
    if planted < 0:
        pytest.skip("this kernel keeps no keys for us")
    try:
        body = READ_KEY.format(keyctl=keyctl, name=name)
        seen = subprocess.run(["bash", "-c", body], capture_output=True, text=True, check=True).stdout
        assert "PLANTED" in seen
        report = Started(sif, tmp_path, body).report()
        assert (report.ended, report.exit_status) == ("exit", 0)
        assert "PLANTED" not in (tmp_path / "log").read_text()
        assert "False" in (tmp_path / "log").read_text()
    finally:
        libc.syscall(keyctl, unlink, planted, session)


@pytest.mark.parametrize(("mib", "ended"), [(200, "memory_limit"), (5, "exit")])
def test_what_lies_in_a_containers_memory_counts(sif: Path, tmp_path: Path, mib: int, ended: str) -> None:
    body = f"head -c {mib}M /dev/zero > /dev/shm/x; sleep {20 if ended == 'memory_limit' else 1}"
    report = Started(sif, tmp_path, body, memory_limit_bytes=100 << 20).report()
    assert report.ended == ended


def test_processes_inside_are_counted(sif: Path, tmp_path: Path) -> None:
    body = "for i in 1 2 3 4 5 6 7 8 9; do sleep 300 & done; sleep 300"
    report = Started(sif, tmp_path, body, process_limit=9).report()
    assert (report.ended, report.inside) == ("process_limit", "here")


def test_an_image_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "no.sif").write_text("no image")
    report = Started(tmp_path / "no.sif", tmp_path, "true").report()
    assert (report.exit_status, report.inside) == (255, None)
    assert "FATAL" in report.said
