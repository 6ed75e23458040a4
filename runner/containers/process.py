"""The process container: a plain process in its own folder, with a clean environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runner.containers.inside import Inside
from runner.containers.payload import Image, Launch, Payload, Wanted
from runner.processes import MARKER
from validators.models.config import PAYLOAD_STAGES, Run
from validators.models.records import Isolation

PASSED_ON = ("PATH", "LANG", "TZ")
DEFAULTS = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def clean_environment(payload: Payload, caller: Mapping[str, str]) -> dict[str, str]:
    """The payload's whole environment: of the caller's only where programs are, language and time zone."""
    passed = {name: caller[name] for name in PASSED_ON if name in caller}
    return DEFAULTS | passed | {
        "HOME": str(payload.scratch / "home"),
        "TMPDIR": str(payload.scratch / "tmp"),
        "CUDA_VISIBLE_DEVICES": ",".join(payload.gpus),
        "PAPERBENCH": "1",
        "PAPERBENCH_TRIAL": payload.trial,
        MARKER: payload.marker,
    }  # fmt: skip


@dataclass(frozen=True)
class ProcessContainer:
    """No container at all: for reference agents, development and the quick start."""

    name: str = "process"
    caller: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def refusal(self, run: Run) -> str | None:
        """It keeps nobody off the network, and has no root of its own."""
        for stage in PAYLOAD_STAGES:
            network = run.network_of(stage)
            if network != "open":
                return f"container 'process' cannot keep network '{network}'; write network: open"
        if run.writable_root:
            return "container 'process' has no root of its own; leave writable_root out"
        return None

    def missing(self) -> str | None:
        """Nothing."""
        return None

    def image(self, wanted: Wanted, note: Callable[[str], None]) -> Image | None:
        """None."""
        del wanted, note
        return None

    def launch(self, payload: Payload) -> Launch:
        """The command itself."""
        scratch = payload.scratch
        return Launch(
            payload.argv,
            clean_environment(payload, self.caller),
            payload.work,
            needed=(scratch / "home", scratch / "tmp"),
            # It could also write beside them.
            counted=(payload.work.parent,),
        )

    def observed(self, said: str | None) -> Inside:
        """No namespace of its own, and an open network."""
        del said
        isolation = Isolation(
            container="process",
            network="open",
            user_namespace=False,
            pid_namespace=False,
            read_only_root=False,
        )
        return Inside(isolation, command_found=True)

    def give_back(self, image: Image | None, folder: Path, aside: Path) -> None:
        """Nobody is root inside."""
        del image, folder, aside
