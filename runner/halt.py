"""Stopping a run: no stage starts any more, and every supervisor is let go."""

import threading

from runner.processes import Supervisor


class InterruptedRunError(Exception):
    """The run is being stopped; the stage leaves nothing behind."""


class Halt:
    """One per run; safe to use from every worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._supervisors: set[Supervisor] = set()
        self._event = threading.Event()

    @property
    def asked(self) -> bool:
        """Whether the run is being stopped."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise InterruptedRunError when the run is being stopped."""
        if self.asked:
            raise InterruptedRunError

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than the run goes on; raises InterruptedRunError."""
        if self._event.wait(seconds):
            raise InterruptedRunError

    def watch(self, supervisor: Supervisor) -> None:
        """Have a supervisor let go when the run is stopped."""
        with self._lock:
            self._supervisors.add(supervisor)
        if self.asked:
            supervisor.let_go()

    def forget(self, supervisor: Supervisor) -> None:
        """The supervisor has ended."""
        with self._lock:
            self._supervisors.discard(supervisor)

    def ask(self) -> None:
        """Stop the run."""
        self._event.set()
        with self._lock:
            supervisors = list(self._supervisors)
        for supervisor in supervisors:
            supervisor.let_go()
