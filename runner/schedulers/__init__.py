"""Schedulers: where trials run. One file each, listed by hand."""

from collections.abc import Callable, Sequence
from typing import Protocol

from runner.halt import Halt
from runner.schedulers.local import Local
from validators.models.plan import PlannedTrial


class Scheduler(Protocol):
    """Runs trials somewhere."""

    @property
    def name(self) -> str:
        """What site profiles call it."""

    def run(
        self, trials: Sequence[PlannedTrial], work: Callable[[PlannedTrial], None], workers: int, halt: Halt
    ) -> None:
        """Work on every trial, this many at a time; the first error stops all and is raised."""


SCHEDULERS: tuple[Scheduler, ...] = (Local(),)


def scheduler(name: str) -> Scheduler:
    """The scheduler of this name; planning has refused others."""
    return next(found for found in SCHEDULERS if found.name == name)
