"""The processes of a container's runtime that stand beside its payload, such as what mounts its image."""

import os
import time
from collections.abc import Collection, Iterable

from runner.procfs import Process, descendants, name_of, pid_depth, same

SETTLE_SECONDS = 0.5
MOUNTERS = frozenset({"squashfuse_ll", "squashfuse", "fuse-overlayfs", "fuse2fs"})


class Helpers:
    """Descendants, the main child aside, that live in our PID namespace while the payload has one of its own.

    At a normal end the payload ends before its helpers; a helper that ends first takes the payload's image
    with it. Where the payload shares our namespace nothing tells it from its helpers, and none is watched.
    """

    def __init__(self, main: int) -> None:
        """Look who is there when the payload starts.

        What mounts its image is a helper from then on, another one once it has stayed for a moment.
        """
        outer, self._inner = _by_depth()
        self._outer = [found for found in outer if found.pid != main]
        self._settled: float | None = time.monotonic() + SETTLE_SECONDS
        self._wakers: dict[int, Process] = {}
        self._polled: list[Process] = []
        self.lost = False
        self._watch(found for found in self._outer if name_of(found.pid) in MOUNTERS)

    @property
    def nested(self) -> bool:
        """Whether the payload has a PID namespace of its own, out of which it can kill nobody."""
        return bool(self._inner)

    @property
    def wakers(self) -> list[int]:
        """Descriptors that become readable when a helper or the payload ends."""
        return list(self._wakers)

    def heed(self, ready: Collection[int]) -> None:
        """See who has ended; ready are the descriptors that were readable at one moment."""
        if self._settled is not None and time.monotonic() > self._settled:
            self._settled = None
            self._outer = [found for found in self._outer if _lives(found)]
            self._watch(self._outer)
        ended = [found for waker, found in self._wakers.items() if waker in ready]
        if ended:
            self.lost = self._inner[0] not in ended
            self._settled = None
            self._unwatch()
        elif self._polled:
            self.lost = not all(map(_lives, self._polled)) and _lives(self._inner[0])

    def includes(self, found: Process) -> bool:
        """Whether this is a helper."""
        return (found.pid, found.start) in {(helper.pid, helper.start) for helper in self._outer}

    def _watch(self, chosen: Iterable[Process]) -> None:
        if not self._inner or not _lives(self._inner[0]):
            return
        helpers = [found for found in chosen if found not in self._wakers.values()]
        first = [] if self._wakers or not helpers else [self._inner[0]]
        try:
            for found in [*first, *helpers]:
                self._wakers[os.pidfd_open(found.pid)] = found
        except ProcessLookupError:
            # The payload ended just now, and the others after it.
            self._unwatch()
        except OSError:
            # Old kernels lack it: a payload that fails at once for want of its image may then be missed.
            self._unwatch()
            self._polled += helpers

    def _unwatch(self) -> None:
        for waker in self._wakers:
            os.close(waker)
        self._wakers.clear()


def _lives(found: Process) -> bool:
    return same(found.pid, found.start)


def _by_depth() -> tuple[list[Process], list[Process]]:
    """All below this process: those in its PID namespace, and those in others, the first process first."""
    own = pid_depth(os.getpid())
    below = [(pid_depth(found.pid), found) for found in descendants([os.getpid()])]
    inner = sorted((entry for entry in below if entry[0] > own), key=lambda entry: (entry[0], entry[1].start))
    return [found for depth, found in below if depth == own], [found for _, found in inner]
