"""Room for a build: what is free where it will write, seen before it begins."""

import os
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
    needs = {
        (scratch, "images.scratch, or TMPDIR"): _SCRATCH.get(size, 5.0) + (_CUDA_SCRATCH if cuda else 0),
        (folder, "images.folder"): _IMAGE.get(size, 1.5) + (_CUDA_IMAGE if cuda else 0),
    }
    for (place, setting), needed in needs.items():
        free = free_bytes(place)
        if free < needed * GIB:
            raise PaperbenchError(
                f"a build needs {needed:g} GiB in {place} and {free / GIB:.1f} GiB are free there; "
                f"make room, or name another place ({setting})"
            )


def free_bytes(place: Path) -> int:
    """What the user may still write in a folder that may not be there yet; a quota counts where it shows."""
    while not place.exists():
        place = place.parent
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize
