"""Containers: what stands between a stage's payload and the machine. One file each, listed by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runner.containers.apptainer import ApptainerContainer
from runner.containers.inside import Inside
from runner.containers.payload import Image, Launch, Payload, Wanted
from runner.containers.process import ProcessContainer
from runner.errors import PaperbenchError
from validators.models.config import Run

__all__ = ["CONTAINERS", "Container", "Image", "Inside", "Launch", "Payload", "Wanted", "container"]


class Container(Protocol):
    """A way to start a payload."""

    @property
    def name(self) -> str:
        """What run configs call it."""

    def refusal(self, run: Run) -> str | None:
        """Why it cannot do what the run asks for, and what to do; None when it can."""

    def missing(self) -> str | None:
        """What this machine lacks to start anything, and how to get it; None when nothing."""

    def image(self, wanted: Wanted, note: Callable[[str], None]) -> Image | None:
        """The stage's image, ready to use; None where it needs none. Raises PaperbenchError."""

    def launch(self, payload: Payload) -> Launch:
        """The command that starts the payload. Pure."""

    def observed(self, said: str | None) -> Inside:
        """What held, from the line the container said from inside; raises ValueError when it is not whole."""

    def give_back(self, image: Image | None, folder: Path, aside: Path) -> None:
        """Make what a payload left in the folder the caller's own. Raises PaperbenchError."""


CONTAINERS: tuple[Container, ...] = (ApptainerContainer(), ProcessContainer())


def container(name: str) -> Container:
    """The container of this name; raises PaperbenchError for one that this version lacks."""
    for found in CONTAINERS:
        if found.name == name:
            return found
    have = ", ".join(found.name for found in CONTAINERS)
    raise PaperbenchError(f"container '{name}' is not available in this version; use one of: {have}")
