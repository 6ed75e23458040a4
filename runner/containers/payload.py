"""What a container is asked to start, and the command it makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from validators.models.config import Network, PayloadStage, Run, Site


class Image(Protocol):
    """An image as a stage uses it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def packages(self) -> str | None:
        """The list of what is installed in it, where it is known."""

    @property
    def path(self) -> Path:
        """A SIF, or a folder that holds its files."""

    @property
    def mount(self) -> Literal["fuse", "unsquash", "sandbox"]:
        """How its files are reached."""

    @property
    def sha256(self) -> str:
        """The digest of the SIF."""


@dataclass(frozen=True)
class Payload:
    """A command in a work folder of the machine.

    scratch holds its home and temporary files; aside holds what the container itself needs and the payload
    never sees. image is None where the container has none.
    """

    argv: tuple[str, ...]
    work: Path
    scratch: Path
    aside: Path
    marker: str
    trial: str
    gpus: tuple[str, ...] = ()
    network: Network = "open"
    writable_root: bool = False
    image: Image | None = None
    gpu_vendor: Literal["nvidia", "amd"] = "nvidia"


@dataclass(frozen=True)
class Wanted:
    """A stage of a run on a site. Images lie under root; folder is for what trying one out writes."""

    run: Run
    site: Site
    stage: PayloadStage
    root: Path
    folder: Path


@dataclass(frozen=True)
class Launch:
    """A command with its whole environment, the folder it starts in, and the folders it needs.

    header is how the one line begins that the container says from inside before the payload starts, None
    when it says none; counted are the folders whose size is limited; in shared every user inside may write.
    """

    argv: tuple[str, ...]
    env: dict[str, str]
    folder: Path
    needed: Sequence[Path]
    counted: Sequence[Path]
    header: str | None = None
    shared: Sequence[Path] = ()

    def make_folders(self) -> None:
        """Have the folders that are needed; raises OSError."""
        for folder in self.needed:
            folder.mkdir(parents=True, exist_ok=True)
        for folder in self.shared:
            folder.chmod(0o1777)
