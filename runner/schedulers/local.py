"""The local scheduler: a pool of workers on this machine."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from runner.halt import Halt, InterruptedRunError
from validators.models.plan import PlannedTrial

Work = Callable[[PlannedTrial], None]
# How long stopping waits for workers: stages end at once, a model's answer may be long in coming.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Local:
    """Threads: the work itself is in the stages' own processes."""

    name: str = "local"

    def run(self, trials: Sequence[PlannedTrial], work: Work, workers: int, halt: Halt) -> None:
        """Work on every trial, this many at a time; the first error stops all and is raised."""
        waiting: queue.SimpleQueue[PlannedTrial] = queue.SimpleQueue()
        for trial in trials:
            waiting.put(trial)
        ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        # Daemons, so that a worker stuck in a model call does not hold up the end of an interrupted run.
        threads = [
            threading.Thread(target=_worker, args=(waiting, work, halt, ended), daemon=True)
            for _ in range(min(workers, len(trials)))
        ]
        for thread in threads:
            thread.start()
        errors: list[BaseException | None] = []
        try:
            # Not by Thread.join: one that is interrupted takes its thread for ended.
            while len(errors) < len(threads):
                errors.append(ended.get())
        finally:
            halt.ask()
            deadline = time.monotonic() + PATIENCE_SECONDS
            with suppress(queue.Empty):
                while len(errors) < len(threads):
                    errors.append(ended.get(timeout=max(0.0, deadline - time.monotonic())))
        for error in filter(None, errors):
            raise error


def _worker(
    waiting: "queue.SimpleQueue[PlannedTrial]",
    work: Work,
    halt: Halt,
    ended: "queue.SimpleQueue[BaseException | None]",
) -> None:
    failure: BaseException | None = None
    try:
        while not halt.asked:
            work(waiting.get_nowait())
    except (queue.Empty, InterruptedRunError):
        pass
    except BaseException as error:  # noqa: BLE001  raised again in the main thread
        failure = error
        halt.ask()
    ended.put(failure)
