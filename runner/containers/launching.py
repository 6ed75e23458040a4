"""How a payload is started under Apptainer: a clean environment, and of the machine only the work."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from runner.apptainer import Bind, Exec, Places
from runner.containers.payload import Launch, Payload
from runner.processes import MARKER

HEADER = "paperbench-inside:"
WORK, SCRATCH = "/submission", "/scratch"
HOME = f"{SCRATCH}/home"
TEMPORARY = f"{SCRATCH}/tmp"  # noqa: S108  inside
OVERLAY = "root"
# Root's own user id may write there even without a capability, and could own the machine through them.
KERNEL = (
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
    "/proc/scsi",
    "/proc/asound",
    "/proc/driver",
    "/proc/dynamic_debug",
    "/proc/mtrr",
    "/proc/pressure",
)
# As Apptainer itself binds them, a payload that is root could write to the second.
NAMES = ("/etc/hosts", "/etc/localtime")
VISIBLE = {
    "nvidia": ("CUDA_VISIBLE_DEVICES",),
    "amd": ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"),
}


@cache
def entry() -> str:
    """The script that runs first inside."""
    return (Path(__file__).parent / "entry.sh").read_text(encoding="utf-8")


def inner_environment(payload: Payload) -> dict[str, str]:
    """What the payload finds besides the image's own variables; nothing is the caller's."""
    devices = ",".join(payload.gpus)
    return {
        "LANG": "C.UTF-8",
        "TMPDIR": TEMPORARY,
        "PAPERBENCH": "1",
        "PAPERBENCH_TRIAL": payload.trial,
        MARKER: payload.marker,
        **dict.fromkeys(VISIBLE[payload.gpu_vendor], devices),
    }


def places(aside: Path) -> Places:
    """Where Apptainer writes on behalf of one stage."""
    return Places(aside / "tmp", aside / "cache", aside / "configuration")


def names() -> tuple[Bind, ...]:
    """The machine's names of hosts and its time zone, for reading."""
    return tuple(Bind(Path(path), path, read_only=True) for path in NAMES if os.path.lexists(path))


def closed() -> tuple[str, ...]:
    """The paths of the kernel that are kept from root."""
    return tuple(path for path in KERNEL if os.path.lexists(path))


@dataclass(frozen=True)
class Host:
    """Who starts containers: their variables, and whether they are root."""

    caller: Mapping[str, str] = field(default_factory=lambda: os.environ)
    superuser: bool = field(default_factory=lambda: os.geteuid() == 0)


def launch(payload: Payload, host: Host) -> Launch:
    """The payload behind the script that says what holds inside."""
    image = payload.image
    assert image is not None
    aside, scratch = places(payload.aside), payload.scratch
    root = payload.aside / OVERLAY if payload.writable_root else None
    command = Exec(
        image=image.path,
        command=("/bin/sh", "-c", entry(), "entry.sh", HEADER, HOME, *payload.argv),
        folder=WORK,
        # The image's own /tmp would be 64 MiB of memory.
        binds=(
            Bind(payload.work, WORK),
            Bind(scratch, SCRATCH),
            Bind(scratch / "tmp", "/tmp"),  # noqa: S108  inside
            Bind(scratch / "tmp", "/var/tmp"),  # noqa: S108  inside
            *names(),
        ),
        environment=inner_environment(payload),
        network="none" if payload.network == "none" else "open",
        gpus=payload.gpu_vendor if payload.gpus else None,
        fakeroot=payload.writable_root,
        # From the folder it starts in: --overlay cannot name paths with commas or colons.
        overlay=None if root is None else Path(OVERLAY),
        unsquash=image.mount == "unsquash",
        as_superuser=host.superuser,
        closed=closed() if host.superuser else (),
    )
    return Launch(
        command.argv(),
        aside.environment(host.caller) | command.variables() | {MARKER: payload.marker},
        payload.aside,
        needed=(scratch / "home", scratch / "tmp", aside.temporary, aside.cache, aside.configuration)
        + (() if root is None else (root,)),
        counted=(payload.work, scratch) + (() if root is None else (root,)),
        header=HEADER,
        # apt and others fetch as users of their own.
        shared=(scratch / "tmp",),
    )
