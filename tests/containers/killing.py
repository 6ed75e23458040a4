"""Takes the image away from a trial's container while it runs."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner import procfs

# What keeps an image mounted, or what is written over it.
NAMES = ("squashfuse_ll", "fuse-overlayfs")


@contextmanager
def lost_once(trial: Path) -> Iterator[list[int]]:
    """Kill what mounts the image of the trial's first container; gives whom it killed."""
    killed: list[int] = []

    def kill() -> None:
        for _ in range(2000):
            if mounting(trial):
                # Once the payload is there.
                time.sleep(1.0)
                killed.extend(mounting(trial)[:1])
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    yield killed
    killer.join()


def mounting(trial: Path) -> list[int]:
    """What mounts an image in the session of the supervisor that stands over the trial's stage."""
    below = []
    for found in procfs.descendants([os.getpid()]):
        try:
            name = Path(f"/proc/{found.pid}/comm").read_text().strip()
            started = (trial / ".reproduce.started.json").read_text()
        except OSError:
            continue
        if name in NAMES and f'"pid": {found.session}' in started:
            below.append(found.pid)
    return below
