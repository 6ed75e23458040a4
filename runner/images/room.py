"""Room for a build: what is free where it will write, seen before it begins."""

import os
from collections.abc import Mapping
from pathlib import Path

from runner.errors import PaperbenchError

GIB = 1 << 30
# Seen for the recipes of sif/, with half as much again.
_SCRATCH = {"minimal": 2.0, "full": 5.0}
_IMAGE = {"minimal": 0.5, "full": 1.5}
_CUDA_SCRATCH, _CUDA_IMAGE = 14.0, 4.0


def refuse_without_room(scratch: Path, folder: Path, arguments: dict[str, str]) -> None:
    """Raise PaperbenchError, with what is needed and what is free, where a place has too little."""
    size = arguments.get("packages", "full")
    cuda = arguments.get("cuda", "none") != "none"
    refuse_needs(
        {
            (scratch, "images.scratch, or TMPDIR"): _SCRATCH.get(size, 5.0) + (_CUDA_SCRATCH if cuda else 0),
            (folder, "images.folder"): _IMAGE.get(size, 1.5) + (_CUDA_IMAGE if cuda else 0),
        }
    )


def refuse_needs(needs: Mapping[tuple[Path, str], float]) -> None:
    """Raise PaperbenchError for places, each with its setting and a need in GiB, that have too little room.

    Places on one file system need it together.
    """
    together: dict[int, float] = {}
    for (place, setting), needed in needs.items():
        system = _there(place).stat().st_dev
        together[system] = together.get(system, 0.0) + needed
        free = free_bytes(place)
        if free < together[system] * GIB:
            raise PaperbenchError(
                f"a build needs {together[system]:g} GiB in {place} and {free / GIB:.1f} GiB are free there; "
                f"make room, or name another place ({setting})"
            )


def free_bytes(place: Path) -> int:
    """What the user may still write in a folder that may not be there yet; a quota counts where it shows."""
    found = os.statvfs(_there(place))
    return found.f_bavail * found.f_frsize


def _there(place: Path) -> Path:
    while not place.exists():
        place = place.parent
    return place
