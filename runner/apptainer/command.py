"""The arguments and the environment of `apptainer exec`; pure.

Source: the Apptainer 1.4 user guide, and what its 1.4.5 was seen to do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

PROGRAM = "apptainer"
# What is put before a variable's name to set it inside: values pass unharmed, which those of --env do not.
INSIDE = "APPTAINERENV_"
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
GPU_OPTIONS = {"nvidia": "--nv", "amd": "--rocm"}
NO_GPUS = ("--no-nv", "--no-rocm")


@dataclass(frozen=True)
class Bind:
    """A path of the machine under another name inside; the names may hold any character."""

    source: Path
    target: str
    read_only: bool = False

    def mount(self) -> str:
        """The value of --mount, a line of CSV: --bind cannot name paths with commas or colons."""
        fields = ["type=bind", f"src={self.source}", f"dst={self.target}"]
        return ",".join(map(_quoted, [*fields, "ro"] if self.read_only else fields))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


@dataclass(frozen=True)
class Places:
    """Where Apptainer may write: never the caller's home, never /tmp unasked."""

    temporary: Path
    cache: Path
    configuration: Path

    def environment(self, caller: Mapping[str, str]) -> dict[str, str]:
        """The program's own environment; of the caller's only where programs are."""
        return {
            "PATH": caller.get("PATH", DEFAULT_PATH),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            "APPTAINER_TMPDIR": str(self.temporary),
            "APPTAINER_CACHEDIR": str(self.cache),
            "APPTAINER_CONFIGDIR": str(self.configuration),
        }


@dataclass(frozen=True)
class Exec:
    """A command in a contained image.

    fakeroot makes the caller root inside; overlay is a folder for what is written to the image's own files,
    without commas and colons in its path; None keeps them read-only.
    as_superuser says that the caller is root: then closed are the paths of the kernel, read-only inside,
    through which root's user id could own the machine even without a capability.
    """

    image: Path
    command: tuple[str, ...]
    folder: str = "/"
    binds: tuple[Bind, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    network: Literal["none", "open"] = "none"
    gpus: Literal["nvidia", "amd"] | None = None
    fakeroot: bool = False
    overlay: Path | None = None
    unsquash: bool = False
    as_superuser: bool = False
    closed: tuple[str, ...] = ()

    def argv(self) -> tuple[str, ...]:
        """The whole command line."""
        return (PROGRAM, "--quiet", "exec", *self._options(), str(self.image), *self.command)

    def _options(self) -> Iterator[str]:
        yield from ("--containall", "--cleanenv", "--no-home", "--no-eval", "--pwd", self.folder)
        # What a site puts into every container: --containall lets its binds and its file systems through.
        yield from ("--no-mount", "bind-paths,hostfs")
        for bind in self.binds:
            yield from ("--mount", bind.mount())
        if self.network == "none":
            yield from ("--net", "--network", "none")
        # A site may give them to everybody.
        yield from NO_GPUS if self.gpus is None else (GPU_OPTIONS[self.gpus],)
        if self.fakeroot:
            yield "--fakeroot"
        if self.overlay is not None:
            yield from ("--overlay", str(self.overlay))
        if self.unsquash:
            yield "--unsquash"
        if self.as_superuser:
            yield from ("--userns", "--no-privs", "--no-mount", "sys")
            for path in self.closed:
                yield from ("--mount", Bind(Path(path), path, read_only=True).mount())

    def variables(self) -> dict[str, str]:
        """What the program's environment holds for the command to find inside."""
        return {f"{INSIDE}{name}": value for name, value in self.environment.items()}
