"""The local scheduler: a pool of workers on this machine."""

import queue
import threading
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
        errors: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        # Daemons, so that a worker stuck in a model call does not hold up the end of an interrupted run.
        threads = [
            threading.Thread(target=_worker, args=(waiting, work, halt, errors), daemon=True)
            for _ in range(min(workers, len(trials)))
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.1)
        finally:
            halt.ask()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        with suppress(queue.Empty):
            raise errors.get_nowait()


def _worker(
    waiting: "queue.SimpleQueue[PlannedTrial]",
    work: Work,
    halt: Halt,
    errors: "queue.SimpleQueue[BaseException]",
) -> None:
    while not halt.asked:
        try:
            work(waiting.get_nowait())
        except (queue.Empty, InterruptedRunError):
            return
        except BaseException as error:  # noqa: BLE001  raised again in the main thread
            errors.put(error)
            halt.ask()
            return
