"""What a stage needs before its first start: an image, and a way to mount it that works here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from runner.apptainer import ApptainerError
from runner.containers.inside import Inside, inside
from runner.containers.launching import HEADER, Host, launch
from runner.containers.payload import Payload, Wanted
from runner.containers.sandbox import sandbox
from runner.containers.starting import started
from runner.copying import remove_tree
from runner.errors import PaperbenchError
from runner.images import Image, image_for

TRIAL = ("bash", "-c", ":")
# Unpacking a large image for one start takes minutes.
PATIENCE_SECONDS = 900.0
# In what Apptainer says when it is the image that it cannot mount.
OF_MOUNTING = ("image driver", "squashf", "fuse")
NO_ROOT = (
    "this machine does not let you be root inside a container ({}); leave writable_root out, or ask for a "
    "line of yours in /etc/subuid and /etc/subgid"
)
# In this order, with what is said before the next is tried.
Mount = Literal["fuse", "unsquash", "sandbox"]
MOUNTS: dict[Mount, str] = {
    "fuse": "",
    "unsquash": "it is unpacked for every stage instead",
    "sandbox": "it is unpacked once, beside the images that are built",
}
Note = Callable[[str], None]


@dataclass(frozen=True)
class Mounted:
    """An image, and the way to mount it that works here."""

    image: Image
    path: Path
    mount: Mount

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
    _refuse_unnameable(wanted.folder, "keep runs elsewhere with --runs")
    image = image_for(wanted.root, wanted.run.image_of(wanted.stage), wanted.site, note)
    _refuse_unnameable(image.path, "keep images elsewhere")
    # A run that was killed here may have left it.
    remove_tree(wanted.folder)
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


def _refuse_unnameable(path: Path, remedy: str) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "backslashreplace").decode()
        raise PaperbenchError(f"apptainer cannot reach {shown}: the name is no UTF-8; {remedy}") from None


def _first_that_works(host: Host, payload: Payload, image: Image, note: Note) -> tuple[Mounted, Inside]:
    refused: list[str] = []
    for mount, instead in MOUNTS.items():
        if refused:
            note(f"{image.name} cannot be used like this ({refused[-1]}); {instead}")
        try:
            path = sandbox(image, host) if mount == "sandbox" else image.path
            candidate = Mounted(image, path, mount)
            return candidate, _tried(host, replace(payload, image=candidate))
        except ApptainerError as error:
            refused.append(f"{mount}: {error.said or error}")
            if mount == "fuse" and not any(word in error.said.lower() for word in OF_MOUNTING):
                # Unpacking would not help, and may take an hour.
                break
        except OSError as error:
            refused.append(f"{mount}: {error.strerror}: {error.filename}")
    raise PaperbenchError(
        f"image {image.path} cannot be started here ({'; '.join(refused)}); try another machine, or ask the "
        f"site for {_lacking(refused)}"
    )


def _lacking(refused: Sequence[str]) -> str:
    if "user namespace" in refused[0]:
        return "user namespaces"
    return "/dev/fuse" if len(refused) > 1 else "what it forbids"


def _tried(host: Host, payload: Payload) -> Inside:
    start = launch(payload, host)
    start.make_folders()
    said = started(start.argv, start.env, start.folder, PATIENCE_SECONDS, HEADER)
    try:
        return inside(said or "")
    except ValueError as error:
        raise ApptainerError(start.argv, 0, str(error)) from None


def _try_root(host: Host, payload: Payload) -> None:
    try:
        said = _tried(host, payload)
    except ApptainerError as error:
        raise PaperbenchError(NO_ROOT.format(error.said)) from None
    if said.isolation.read_only_root:
        raise PaperbenchError(NO_ROOT.format("the root stayed read-only"))
    if said.ids == 1:
        # Apptainer then only pretends: what is linked statically sees through it.
        raise PaperbenchError(NO_ROOT.format("there is no user there but root"))
