"""A crash at a chosen moment: put this folder on PYTHONPATH and set PAPERBENCH_CRASH_AT.

Every fsync, rename, replace and link of the process is two moments, just before and just after it, counted
from 0. At the chosen one the process kills itself as kill -9 does. At its end it writes the count to
PAPERBENCH_CRASH_COUNT, when that is set.
"""

import atexit
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

WRAPPED = ("fsync", "rename", "replace", "link")


class Clock:
    """Counts moments and kills at one of them."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.count = 0
        self._lock = threading.Lock()

    def moment(self) -> None:
        with self._lock:
            if self.count == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            self.count += 1


def wrap(function: Callable[..., Any], clock: Clock) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        clock.moment()
        result = function(*arguments, **named)
        clock.moment()
        return result

    return wrapped


def install(fatal: int) -> Clock:
    """Wrap the calls of this process; pathlib calls them by their name in os."""
    clock = Clock(fatal)
    for name in WRAPPED:
        setattr(os, name, wrap(getattr(os, name), clock))
    return clock


if "PAPERBENCH_CRASH_AT" in os.environ:
    CLOCK = install(int(os.environ["PAPERBENCH_CRASH_AT"]))
    if "PAPERBENCH_CRASH_COUNT" in os.environ:
        COUNT = Path(os.environ["PAPERBENCH_CRASH_COUNT"])
        atexit.register(lambda: COUNT.write_text(str(CLOCK.count)))
