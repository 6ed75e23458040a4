"""GPU slots: devices that stages take for themselves and give back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from runner.halt import Halt


class GpuSlots:
    """The devices of one machine: no two stages of a run share one, but two runs may."""

    def __init__(self, devices: tuple[str, ...]) -> None:
        self._free = list(devices)
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, count: int, halt: Halt) -> Iterator[tuple[str, ...]]:
        """Hold this many devices once they are free; raises InterruptedRunError."""
        slots = self._take(count, halt)
        try:
            yield slots
        finally:
            with self._changed:
                self._free.extend(slots)
                self._changed.notify_all()

    def _take(self, count: int, halt: Halt) -> tuple[str, ...]:
        with self._changed:
            while len(self._free) < count:
                halt.check()
                self._changed.wait(0.2)
            slots, self._free = tuple(self._free[:count]), self._free[count:]
            return slots
