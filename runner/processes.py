"""The one door to other processes: supervisors of stages, what crashed stages left alive, short commands."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner import procfs
from runner.errors import PaperbenchError
from runner.procfs import Process
from runner.supervisor import Order, Report, order_line

MARKER = "PAPERBENCH_STAGE"
_LOOK_SECONDS = 0.5
_FOLLOW_SECONDS = 0.2
_PAUSE_SECONDS = 0.02
_CHECKOUT = Path(__file__).resolve().parent.parent
_START = "import sys; sys.path.insert(0, sys.argv[1]); from runner.supervisor import main; sys.exit(main())"


class Supervisor:
    """A supervisor process; it starts nothing before it has its order, and dies when let go."""

    def __init__(self, marker: str, log: int | None = None) -> None:
        """The marker, and the open file that its order may name as log: /proc/self/fd/<number>."""
        self._process = subprocess.Popen(
            # Isolated, without site-packages: nothing of the user's takes part, and it starts fast.
            [sys.executable, "-I", "-S", "-c", _START, str(_CHECKOUT)],
            env=_own_environment() | {MARKER: marker},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=() if log is None else (log,),
        )
        self.pid = self._process.pid
        self.start = procfs.start_time(self.pid)

    def order(self, order: Order) -> None:
        """Give it its order; from now on the payload may run."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(order_line(order))
            self._process.stdin.flush()

    def report(self, patience: float | None = None) -> Report | None:
        """Wait for its end; None when it ended without a report.

        One that has not ended after so many seconds is ended, with everything below it, for being late; what
        its payload's container had told by then is in the report.
        """
        begin = time.monotonic()
        text, late = self._heard(None if patience is None else begin + patience)
        if late:
            self._end_all()
        self.let_go()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        try:
            told = [json.loads(line) for line in text.splitlines()[-1:]]
            if late:
                known = told[0] if told and "ended" not in told[0] else {}
                seconds = round(time.monotonic() - begin, 3)
                return Report("time_limit", **{**known, "duration_seconds": seconds})
            return Report(**told[0])
        except (ValueError, TypeError, IndexError):
            return None

    def _end_all(self) -> None:
        # What is killed still lives for a moment; what lives beyond that, a sweep will find.
        for _ in range(100):
            alive = [*procfs.descendants([self.pid]), *procfs.of_session(self.pid, self.start)]
            if not alive:
                return
            for found in alive:
                procfs.send(found, signal.SIGKILL)
            time.sleep(_PAUSE_SECONDS)

    def _heard(self, deadline: float | None) -> tuple[bytes, bool]:
        """What it says until its end, and whether that did not come in time."""
        assert self._process.stdout is not None
        pipe, text = self._process.stdout.fileno(), b""
        watched = select.poll()
        watched.register(pipe, select.POLLIN)
        while deadline is None or time.monotonic() < deadline:
            if watched.poll(_LOOK_SECONDS * 1000):
                data = os.read(pipe, 1 << 16)
                if not data:
                    return text, False
                text += data
            elif self._process.poll() is not None:
                return text, False
            else:
                self._wake()
        return text, True

    def _wake(self) -> None:
        # Its payload can stop it, and a stopped supervisor would keep no limit.
        found = procfs.process(self.pid)
        if found is not None and found.state == "T":
            procfs.send(found, signal.SIGCONT)

    def let_go(self) -> None:
        """Have it kill everything and end without a report; harmless when it has ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.close()


def _own_environment() -> dict[str, str]:
    # The payload can read its supervisor's variables: nothing but what this Python may need to start.
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def sweep(
    marker: str, recorded: Iterable[tuple[int, int]] = (), patience: float = 30.0, moment: float = 2.0
) -> int:
    """End every process of a stage, or of all stages below the marker, and return how many there were.

    Those have the marker or a process above them has, or they belong to the session of a supervisor that was
    recorded by process id and start time, on this machine since its last boot. Supervisors that have just
    lost their runner get a moment to end by themselves. Raises PaperbenchError when something survives.
    """
    begin = time.monotonic()
    met: set[int] = set()
    recorded = list(recorded)
    while family := _family(marker, recorded):
        met.update(found.pid for found in family)
        waited = time.monotonic() - begin
        if waited > patience:
            pids = " ".join(str(found.pid) for found in family)
            raise PaperbenchError(
                f"processes of an earlier start do not end (pids {pids}); kill them and resume"
            )
        if waited > min(moment, patience / 2):
            for found in family:
                procfs.send(found, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)
    return len(met)


def _family(marker: str, recorded: list[tuple[int, int]]) -> list[Process]:
    whole = f"{MARKER}={marker}".encode()
    roots = procfs.with_variable(lambda variable: variable == whole or variable.startswith(whole + b"/"))
    for pid, start in recorded:
        roots += procfs.of_session(pid, start)
    below = procfs.descendants(found.pid for found in roots)
    return list({found.pid: found for found in [*roots, *below]}.values())


@dataclass(frozen=True)
class Finished:
    """A short command that ran: its exit status, and what it printed."""

    status: int
    out: bytes
    error: str


def finished(
    argv: list[str],
    folder: Path | None = None,
    timeout: float = 10.0,
    env: Mapping[str, str | None] | None = None,
) -> Finished | None:
    """How a short command ended; env changes our own, None takes away. None when it is missing or hangs."""
    wanted = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(
            argv,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            env={name: value for name, value in wanted.items() if value is not None},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Finished(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())


def output_of(argv: list[str], folder: Path | None = None, timeout: float = 10.0) -> str | None:
    """What a short command prints; None when it is missing, fails or hangs."""
    done = finished(argv, folder, timeout)
    return done.out.decode(errors="replace").strip() if done and done.status == 0 else None


def followed(order: Order, marker: str, tell: Callable[[bytes], None]) -> Report | None:
    """A long command to its end, its log told in pieces as it grows; None when its supervisor was lost.

    It dies with us, and when we are interrupted.
    """
    supervisor = Supervisor(marker)
    ended = threading.Event()
    path = Path(order.log)

    def follow() -> None:
        at = path.stat().st_size if path.exists() else 0
        while True:
            last = ended.wait(_FOLLOW_SECONDS)
            with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
                stream.seek(at)
                while data := stream.read(1 << 16):
                    at += len(data)
                    tell(data)
            if last:
                return

    follower = threading.Thread(target=follow, daemon=True)
    try:
        follower.start()
        supervisor.order(order)
        return supervisor.report()
    except BaseException:
        supervisor.let_go()
        supervisor.report(patience=10.0)
        raise
    finally:
        ended.set()
        follower.join()
