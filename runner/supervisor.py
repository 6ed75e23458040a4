"""The process that stands over one stage: starts its payload, keeps its limits and log, leaves nothing alive.

Its standard input is the order, one JSON line, and then a rope: when the runner lets go (end of file), the
supervisor kills everything and says nothing. Its standard output is the report, one JSON line.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, fields
from typing import Any

from runner.helpers import Helpers
from runner.output import CHUNK, LogFile, LogOrder, folder_bytes
from runner.procfs import Process, descendants, memory_bytes, send

PR_SET_CHILD_SUBREAPER = 36
SIGNALLED = 128
LET_GO = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


@dataclass(frozen=True)
class Order:
    """What to start, where, and what it may use.

    log_limit_bytes is how much of the log is kept, its head and its tail. header is how the line begins that
    a container prints before its payload starts. helpers_watched: the payload is lost when a process of the
    container's runtime beside it ends.
    """

    argv: list[str]
    env: dict[str, str]
    folder: str
    log: str
    measured: list[str]
    time_limit_seconds: float | None
    output_limit_bytes: int | None
    memory_limit_bytes: int | None
    grace_seconds: float = 2.0
    give_up_seconds: float = 30.0
    log_limit_bytes: int | None = None
    header: str | None = None
    process_limit: int | None = None
    helpers_watched: bool = False


@dataclass
class Report:
    """How the payload ended: exit, a limit, container_lost, not_started or not_killed.

    The limits are time_limit, output_limit, memory_limit and process_limit. log_bytes is what the payload
    printed, kept or not; error_number, an errno, says why it could not be kept. inside is what the header
    said, and started_seconds when it came; when it was asked for and never came, inside is None and said
    the end of what was printed.
    """

    ended: str
    exit_status: int | None = None
    duration_seconds: float = 0.0
    log_bytes: int = 0
    left_running: int = 0
    error: str | None = None
    error_number: int = 0
    inside: str | None = None
    said: str = ""
    started_seconds: float = 0.0


def kill_all(alive: list[Process]) -> None:
    """SIGKILL, but stop all first: who forks faster than we look would else get away."""
    known: dict[int, Process] = {}
    for _ in range(20):
        fresh = [found for found in alive if found.pid not in known]
        if not fresh:
            break
        for found in fresh:
            known[found.pid] = found
            send(found, signal.SIGSTOP)
        alive = descendants([os.getpid()])
    for found in known.values():
        send(found, signal.SIGKILL)


class Supervision:
    """One payload from its start until nothing of it is alive."""

    def __init__(self, order: Order, wakeup: int) -> None:
        self.order = order
        self.report = Report("exit")
        self._wakeup = wakeup
        self._stopping: float | None = None
        self._gone = False
        self._next_look = 0.0
        self._terminated: set[tuple[int, int]] = set()
        self._helpers: Helpers | None = None
        self._baseline = folder_bytes(order.measured)
        self._begin = time.monotonic()

    def run(self) -> Report | None:
        """Start, watch, stop; None when the runner has let go."""
        pipe, writer = os.pipe2(os.O_CLOEXEC)
        order = self.order
        kept = LogOrder(order.log, order.output_limit_bytes, order.log_limit_bytes, order.header)
        self.log = LogFile(kept, pipe, self._begin)
        try:
            # Popen is used for its start alone: every child, adopted ones too, is reaped below. The payload
            # stays in this session: by that a sweep knows what has lost its marker.
            child = subprocess.Popen(
                order.argv, env=order.env, cwd=order.folder, process_group=0,
                stdin=subprocess.DEVNULL, stdout=writer, stderr=writer,
            )  # fmt: skip
        except OSError as error:
            return Report("not_started", error=f"{error.strerror}: {order.argv[0]}")
        finally:
            os.close(writer)
        self._main = child.pid
        while not self._finished():
            self._wait()
        child.returncode = self.report.exit_status if self.report.exit_status is not None else 0
        self.log.drain()
        self.log.close()
        return None if self._gone else self._final()

    def _final(self) -> Report:
        report = self.report
        report.log_bytes, report.started_seconds = self.log.size, self.log.started_seconds
        report.inside, report.said = self.log.inside, self.log.said
        report.duration_seconds = round(time.monotonic() - self._begin, 3)
        if report.ended == "exit" and self._over_output():
            report.ended = "output_limit"
        if self.log.error_number and report.error is None:
            report.error = f"the log: {os.strerror(self.log.error_number)}"
            report.error_number = self.log.error_number
        return report

    def _wait(self) -> None:
        watched = [self._wakeup, *([] if self._gone else [0]), *([self.log.pipe] if self.log.open else [])]
        watched += self._helpers.wakers if self._helpers else []
        ready, _, _ = select.select(watched, [], [], 0.05 if self._stopping else 0.2)
        if self._wakeup in ready and LET_GO.intersection(os.read(self._wakeup, CHUNK)):
            self._let_go()
        if self.log.pipe in ready:
            self.log.pump()
        if 0 in ready and not os.read(0, CHUNK):
            self._let_go()
        self._look_after_helpers(ready)
        self._reap()

    def _look_after_helpers(self, ready: list[int]) -> None:
        if self._helpers is None and self.order.helpers_watched and self.log.inside is not None:
            self._helpers = Helpers(self._main)
        if self._helpers is not None:
            self._helpers.heed(ready)
            if self._helpers.lost:
                self._stop("container_lost")

    def _let_go(self) -> None:
        self._gone = True
        self._stop("runner_gone")

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._main:
                code = os.waitstatus_to_exitcode(status)
                self.report.exit_status = code if code >= 0 else SIGNALLED - code
                # The runtime passes on how a payload ended that a signal killed; by one it ends only itself.
                lost = code < 0 and self._helpers is not None and self._helpers.nested
                self._stop("container_lost" if lost else "exit")

    def _stop(self, why: str) -> None:
        if self._stopping is None:
            self._stopping = time.monotonic()
            self.report.ended = why
            if why == "exit":
                self.report.left_running = len(descendants([os.getpid()]))

    def _finished(self) -> bool:
        if self._stopping is None:
            self._look()
            return False
        alive = descendants([os.getpid()])
        if not alive:
            self._reap()
            return self.report.exit_status is not None
        since = time.monotonic() - self._stopping
        self._kill(alive, final=since > self.order.grace_seconds or self._gone)
        if since > self.order.grace_seconds + self.order.give_up_seconds:
            self.report = Report(
                "not_killed", error=f"processes {[found.pid for found in alive]} survive SIGKILL"
            )
            return True
        return False

    def _kill(self, alive: list[Process], *, final: bool) -> None:
        if final:
            kill_all(alive)
            return
        for found in alive:
            # While a payload uses its time to end well, it needs what mounts its image.
            helps = self._helpers is not None and self._helpers.includes(found)
            if not helps and (found.pid, found.start) not in self._terminated:
                self._terminated.add((found.pid, found.start))
                send(found, signal.SIGTERM)
                send(found, signal.SIGCONT)

    def _look(self) -> None:
        now = time.monotonic()
        order = self.order
        if order.time_limit_seconds is not None and now - self._begin > order.time_limit_seconds:
            self._stop("time_limit")
        elif order.output_limit_bytes is not None and self.log.size > order.output_limit_bytes:
            self._stop("output_limit")
        elif now >= self._next_look:
            passed = self._passed()
            if passed is not None:
                self._stop(passed)
            # Looking takes at most a tenth of the time.
            self._next_look = time.monotonic() + max(0.2, 10 * (time.monotonic() - now))

    def _passed(self) -> str | None:
        """Which limit on files or processes has been passed."""
        order = self.order
        if self._over_output():
            return "output_limit"
        if order.process_limit is None and order.memory_limit_bytes is None:
            return None
        # Inside a container its runtime's own few processes are among them.
        alive = descendants([os.getpid()])
        if order.process_limit is not None and len(alive) > order.process_limit:
            return "process_limit"
        limit = order.memory_limit_bytes
        over = limit is not None and memory_bytes(found.pid for found in alive) > limit
        return "memory_limit" if over else None

    def _over_output(self) -> bool:
        limit = self.order.output_limit_bytes
        return (
            limit is not None and self.log.size + folder_bytes(self.order.measured) - self._baseline > limit
        )


def _read_order() -> Order | None:
    text = b""
    while not text.endswith(b"\n"):
        data = os.read(0, CHUNK)
        if not data:
            return None
        text += data
    values: dict[str, Any] = json.loads(text)
    return Order(**{field.name: values[field.name] for field in fields(Order)})


def order_line(order: Order) -> bytes:
    """The order as the supervisor reads it."""
    return json.dumps(asdict(order)).encode() + b"\n"


def main() -> int:
    """Read the order, see the payload through, and report."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        print(json.dumps(asdict(Report("not_started", error="prctl refuses PR_SET_CHILD_SUBREAPER"))))
        return 1
    wakeup, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *LET_GO):
        signal.signal(number, lambda *_: None)
    order = _read_order()
    if order is None:
        return 1
    report = Supervision(order, wakeup).run()
    if report is None:
        return 1
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    return 0
