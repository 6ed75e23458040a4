"""Containers: what stands between a stage's payload and the machine. One file each, listed by hand."""

from typing import Protocol

from runner.containers.payload import Launch, Payload
from runner.containers.process import ProcessContainer
from runner.errors import PaperbenchError
from validators.models.config import Run
from validators.models.records import Isolation

__all__ = ["CONTAINERS", "Container", "Launch", "Payload", "container"]


class Container(Protocol):
    """A way to start a payload."""

    @property
    def name(self) -> str:
        """What run configs call it."""

    def refusal(self, run: Run) -> str | None:
        """Why it cannot do what the run asks for, and what to do; None when it can."""

    def launch(self, payload: Payload) -> Launch:
        """The command that starts the payload. Pure."""

    def observed(self) -> Isolation:
        """How far a payload really is kept apart."""


CONTAINERS: tuple[Container, ...] = (ProcessContainer(),)


def container(name: str) -> Container:
    """The container of this name; raises PaperbenchError for one that this version lacks."""
    for found in CONTAINERS:
        if found.name == name:
            return found
    have = ", ".join(found.name for found in CONTAINERS)
    raise PaperbenchError(f"container '{name}' is not available in this version; use one of: {have}")
