"""When the next call may start: back-off with jitter, and one pause for all when an endpoint asks for it."""

import random
import time
from threading import Event, Lock

LONGEST_WAIT_SECONDS = 300.0


class StoppedError(Exception):
    """Judging was called off while it waited."""


class Pace:
    """Shared by all threads of one client."""

    def __init__(self, first_wait_seconds: float) -> None:
        self._first_wait = first_wait_seconds
        self._resume_at = 0.0
        self._lock = Lock()
        self._stopped = Event()

    def wait(self) -> None:
        """Wait until calls may start; raises StoppedError."""
        while (left := self._resume_at - time.monotonic()) > 0:
            self._sleep(left)
        self._sleep(0)

    def back_off(self, failures: int, retry_after: float | None) -> None:
        """Wait after a failure; what the endpoint asks for holds for all threads. Raises StoppedError."""
        jitter = random.uniform(0.5, 1.5)
        wait = min(LONGEST_WAIT_SECONDS, self._first_wait * 2 ** (failures - 1) * jitter)
        if retry_after is not None:
            with self._lock:
                pause = min(LONGEST_WAIT_SECONDS, retry_after)
                self._resume_at = max(self._resume_at, time.monotonic() + pause)
            # The pause is kept by wait(); the jitter keeps all threads from starting at one moment.
            wait = min(wait, self._first_wait) * jitter
            self.wait()
        self._sleep(wait)

    def stop(self) -> None:
        """End all waiting."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether judging was called off."""
        return self._stopped.is_set()

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds) if seconds > 0 else self.stopped:
            raise StoppedError
