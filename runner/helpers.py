"""The processes of a container's runtime that stand beside its payload, such as what mounts its image."""

import os
import time
from contextlib import suppress

from runner.procfs import descendants, pid_depth, same

SETTLE_SECONDS = 0.5


class Helpers:
    """Descendants, the main child aside, that live in our PID namespace while the payload has one of its own.

    Where the payload shares ours, nothing tells it from its helpers, and none is watched.
    """

    def __init__(self, main: int) -> None:
        """Look who is there when the payload starts: who then stays for a moment is a helper."""
        self._depth = pid_depth(os.getpid())
        self._seen = [
            (found.pid, found.start)
            for found in descendants([os.getpid()])
            if found.pid != main and pid_depth(found.pid) == self._depth
        ]
        self._settled = time.monotonic() + SETTLE_SECONDS
        self._known: list[tuple[int, int]] = []
        self._wakers: dict[int, tuple[int, int]] = {}

    @property
    def wakers(self) -> list[int]:
        """Descriptors that become readable when a helper ends."""
        return list(self._wakers)

    def lost(self) -> bool:
        """Whether a helper has ended though the payload has not; at a normal end the payload goes first."""
        if self._seen and time.monotonic() > self._settled:
            self._watch()
        for waker, helper in list(self._wakers.items()):
            if not same(*helper):
                os.close(waker)
                del self._wakers[waker]
        return not all(same(*helper) for helper in self._known) and self.payload_lives()

    def payload_lives(self) -> bool:
        """Whether anything in a PID namespace of its own can still act."""
        return any(pid_depth(found.pid) > self._depth for found in descendants([os.getpid()]))

    def _watch(self) -> None:
        self._known = [helper for helper in self._seen if same(*helper)] if self.payload_lives() else []
        self._seen = []
        for helper in self._known:
            # Old kernels lack it: then its end is seen at the next look.
            with suppress(OSError):
                self._wakers[os.pidfd_open(helper[0])] = helper

    def includes(self, pid: int, start: int) -> bool:
        """Whether this is a helper."""
        return (pid, start) in self._known
