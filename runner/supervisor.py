"""The process that stands over one stage: starts its payload, keeps its limits and log, leaves nothing alive.

Its standard input is the order, one JSON line, and then a rope: when the runner lets go (end of file), the
supervisor kills everything and says nothing. Its standard output is the report, one JSON line; another comes
before it, when the payload's container has told that it started.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any

from runner.helpers import Helpers
from runner.kernel import adopt_orphans, leave_keyring, many_files
from runner.measuring import Output
from runner.memory import memory_bytes
from runner.orders import Order, Report, order_line, read_order
from runner.output import CHUNK, LogFile, LogOrder
from runner.procfs import Process, descendants, kill_below, send

__all__ = ["Order", "Report", "Supervision", "main", "order_line"]

SIGNALLED = 128
LET_GO = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
# So ends a payload also where somebody ends all of a machine's processes, us a moment later.
ENDED_BY_OTHERS = (SIGNALLED + signal.SIGTERM, SIGNALLED + signal.SIGKILL)
OTHERS_SECONDS = 0.2
# Nothing else is done while the folders are looked through.
LOOK_SECONDS = 10.0


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
        self._told = False
        with many_files():
            self._output = Output(order.measured, order.log, order.output_limit_bytes, order.most_files)
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
        report = None if self._gone else self._final()
        self.log.release()
        return report

    def _final(self) -> Report:
        report = self.report
        report.log_bytes, report.started_seconds = self.log.size, self.log.started_seconds
        report.inside, report.said = self.log.inside, self.log.said
        report.duration_seconds = round(time.monotonic() - self._begin, 3)
        if report.ended == "exit":
            self._look_at_output([])
        if self.log.error_number and report.error is None and report.ended != "output_limit":
            self._tell_of_the_log()
        return report

    def _tell_of_the_log(self) -> None:
        """Whose fault it is that the log could not be kept."""
        report, number, back = self.report, self.log.error_number, self.log.room_back()
        limit = self.order.output_limit_bytes
        if back is not None and limit is not None and back > limit:
            report.ended, report.passed = "output_limit", "it filled the disk"
            return
        report.error = f"the log: {os.strerror(number)}"
        # Of a disk that is full no more, others may make use.
        report.error_number = number if back is None else 0

    def _wait(self) -> None:
        watched = [self._wakeup, *([] if self._gone else [0]), *([self.log.pipe] if self.log.open else [])]
        watched += self._helpers.wakers if self._helpers else []
        ready, _, _ = select.select(watched, [], [], 0.05 if self._stopping else 0.2)
        if self.log.pipe in ready:
            self.log.pump()
        if self._told_to_go(ready):
            self._let_go()
        if not self._told and self.log.inside is not None:
            # Should we be late, that it started is known.
            self._told = True
            _tell({"inside": self.log.inside, "started_seconds": self.log.started_seconds})
        self._look_after_helpers(ready)
        self._reap()

    def _told_to_go(self, ready: list[int]) -> bool:
        told = self._wakeup in ready and LET_GO.intersection(os.read(self._wakeup, CHUNK))
        return bool(told) or (0 in ready and not self._gone and not os.read(0, CHUNK))

    def _told_at_once(self) -> bool:
        """Whether we are told to go just after the payload was ended by a signal."""
        until = time.monotonic() + OTHERS_SECONDS
        while (left := until - time.monotonic()) > 0:
            if self._told_to_go(select.select([self._wakeup, 0], [], [], left)[0]):
                return True
        return False

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
                ended = self.report.exit_status in ENDED_BY_OTHERS and self._stopping is None
                if ended and self._told_at_once():
                    self._let_go()
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
            kill_below(os.getpid(), alive)
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
            self._look_closely()
            # Looking takes at most a tenth of the time.
            self._next_look = time.monotonic() + max(0.2, 10 * (time.monotonic() - now))

    def _look_closely(self) -> None:
        """Stop when a limit on files, processes or memory has been passed."""
        order = self.order
        # Inside a container its runtime's own few processes are among them.
        alive = [found.pid for found in descendants([os.getpid()])]
        if self._look_at_output(alive):
            self._stop("output_limit")
        elif order.process_limit is not None and len(alive) > order.process_limit:
            self._stop("process_limit")
        elif order.memory_limit_bytes is not None and memory_bytes(alive) > order.memory_limit_bytes:
            self._stop("memory_limit")

    def _look_at_output(self, alive: list[int]) -> bool:
        limit = self.order.time_limit_seconds
        deadline = time.monotonic() + LOOK_SECONDS
        if alive and limit is not None:
            deadline = min(deadline, self._begin + limit)
        with many_files():
            passed = self._output.passed(self.log.size, alive, deadline)
        if passed is not None:
            self.report.ended, self.report.passed = "output_limit", passed
        return passed is not None


def _tell(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Read the order, see the payload through, and report."""
    if not adopt_orphans():
        _tell(asdict(Report("not_started", error="prctl refuses PR_SET_CHILD_SUBREAPER")))
        return 1
    leave_keyring()
    wakeup, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *LET_GO):
        signal.signal(number, lambda *_: None)
    order = read_order()
    if order is None:
        return 1
    report = Supervision(order, wakeup).run()
    if report is None:
        return 1
    _tell(asdict(report))
    return 0
