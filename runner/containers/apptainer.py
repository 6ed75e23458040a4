"""The Apptainer container: a SIF image for what nobody trusts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from runner.apptainer.calls import unfit
from runner.apptainer.command import DEFAULT_PATH
from runner.containers.inside import Inside, inside
from runner.containers.launching import Host, launch
from runner.containers.ownership import give_back
from runner.containers.payload import Image, Launch, Payload, Wanted
from runner.errors import PaperbenchError
from validators.models.config import PAYLOAD_STAGES, Run


@dataclass(frozen=True)
class ApptainerContainer:
    """Contained, with a clean environment, without a home, in an image that stays as it is."""

    name: str = "apptainer"
    host: Host = field(default_factory=Host)

    def refusal(self, run: Run) -> str | None:
        """The proxy is not there, and root may not be root inside."""
        for stage in PAYLOAD_STAGES:
            if run.network_of(stage) == "proxy":
                return "container 'apptainer' has no network 'proxy' in this version; write none or open"
        if run.writable_root and self.host.superuser:
            return "writable_root as root would hand the machine to a submission; run as an ordinary user"
        return None

    def missing(self) -> str | None:
        """The program, or a newer one."""
        return unfit(self.host.caller.get("PATH", DEFAULT_PATH))

    def image(self, wanted: Wanted, note: Callable[[str], None]) -> Image | None:
        """The stage's image, built if need be, and tried out."""
        why = self.missing()
        if why is not None:
            raise PaperbenchError(why)
        from runner.containers.mounting import mounted  # noqa: PLC0415  runs without a container build nothing

        return mounted(wanted, self.host, note)

    def launch(self, payload: Payload) -> Launch:
        """The payload behind the script that says what holds inside."""
        return launch(payload, self.host)

    def observed(self, said: str | None) -> Inside:
        """What the script said."""
        return inside(said or "")

    def give_back(self, image: Image | None, folder: Path, aside: Path) -> None:
        """Whatever root inside left in the folder."""
        if image is not None:
            give_back(image, folder, aside, self.host)
