"""What a stage needs before its first start: an image, and a way to mount it that works here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from runner.apptainer import ApptainerError, call
from runner.containers.inside import Inside, inside
from runner.containers.launching import HEADER, Host, launch
from runner.containers.payload import Payload, Wanted
from runner.containers.sandbox import sandbox
from runner.copying import remove_tree
from runner.errors import PaperbenchError
from runner.images import Image, image_for

TRIAL = ("bash", "-c", ":")
# Unpacking a large image for one start takes minutes.
PATIENCE_SECONDS = 900.0
NO_ROOT = (
    "this machine does not let you be root inside a container ({}); leave writable_root out, or ask for a "
    "line of yours in /etc/subuid and /etc/subgid"
)
Note = Callable[[str], None]


@dataclass(frozen=True)
class Mounted:
    """An image, and the way to mount it that works here."""

    image: Image
    path: Path
    mount: Literal["fuse", "unsquash", "sandbox"]

    @property
    def name(self) -> str:
        """What run configs call it."""
        return self.image.name

    @property
    def sha256(self) -> str:
        """The digest of the SIF."""
        return self.image.sha256

    @property
    def packages(self) -> str | None:
        """The list of what is installed in it, where it is known."""
        listed = self.image.packages
        return None if listed is None else listed.read_text(encoding="utf-8")


def _idle(wanted: Wanted) -> Payload:
    """A payload that does nothing, otherwise as the stage will start it."""
    folder, run, site = wanted.folder, wanted.run, wanted.site
    return Payload(
        TRIAL, folder / "work", folder / "scratch", folder / "aside", "trial", "trial",
        gpus=site.gpus[: run.limits_of(wanted.stage).gpus],
        network=run.network_of(wanted.stage), gpu_vendor=site.gpu_vendor,
    )  # fmt: skip


def mounted(wanted: Wanted, host: Host, note: Note) -> Mounted:
    """The stage's image, tried out; raises PaperbenchError where it cannot be had or started here."""
    image = image_for(wanted.root, wanted.run.image_of(wanted.stage), wanted.site, note)
    try:
        payload = _idle(wanted)
        payload.work.mkdir(parents=True)
        found, said = _first_that_works(host, payload, image, note)
        if payload.network == "none" and said.isolation.network != "none":
            raise PaperbenchError("network: none leaves a way out of containers here; write network: open")
        if not said.command_found:
            raise PaperbenchError(f"image {image.path} has no bash, which runs reproduce.sh; add it")
        if wanted.stage in wanted.run.writable_root:
            _try_root(host, replace(payload, image=found, writable_root=True))
    finally:
        remove_tree(wanted.folder)
    return found


def _first_that_works(host: Host, payload: Payload, image: Image, note: Note) -> tuple[Mounted, Inside]:
    refused: list[str] = []
    for candidate in _candidates(host, image, refused, note):
        try:
            return candidate, _tried(host, replace(payload, image=candidate))
        except ApptainerError as error:
            refused.append(f"{candidate.mount}: {error.said or error}")
    raise PaperbenchError(
        f"image {image.path} cannot be started here ({'; '.join(refused)}); "
        "try another machine, or ask the site for user namespaces and /dev/fuse"
    )


def _candidates(host: Host, image: Image, refused: list[str], note: Note) -> Iterator[Mounted]:
    yield Mounted(image, image.path, "fuse")
    note(f"{image.name} cannot be mounted ({refused[-1]}); it is unpacked for every stage instead")
    yield Mounted(image, image.path, "unsquash")
    note(f"{image.name} cannot be unpacked for every stage; it is unpacked once, beside the image")
    yield Mounted(image, sandbox(image.path, image.sha256, host), "sandbox")


def _tried(host: Host, payload: Payload) -> Inside:
    start = launch(payload, host)
    for folder in start.needed:
        folder.mkdir(parents=True, exist_ok=True)
    done = call(start.argv, start.env, PATIENCE_SECONDS, start.folder)
    line = next((text for text in done.out.decode().splitlines() if text.startswith(HEADER)), "")
    try:
        return inside(line.removeprefix(HEADER))
    except ValueError as error:
        raise ApptainerError(start.argv, done.status, str(error)) from None


def _try_root(host: Host, payload: Payload) -> None:
    try:
        said = _tried(host, payload)
    except ApptainerError as error:
        raise PaperbenchError(NO_ROOT.format(error.said)) from None
    if said.isolation.read_only_root:
        raise PaperbenchError(NO_ROOT.format("the root stayed read-only"))
