"""What a container is asked to start, and the command it makes of it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Payload:
    """A command in a work folder; scratch holds its home and temporary files."""

    argv: tuple[str, ...]
    work: Path
    scratch: Path
    marker: str
    trial: str
    gpus: tuple[str, ...]


@dataclass(frozen=True)
class Launch:
    """A command with its whole environment, and the folder it starts in."""

    argv: tuple[str, ...]
    env: dict[str, str]
    folder: Path
