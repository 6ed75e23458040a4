"""What a payload left in its folder: taken back from it, cut to its limit, and listed where it is large."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runner.copying import LONGEST_PATH, make_readable, remove_tree
from runner.manifest import Entry
from runner.output import folder_bytes
from runner.stages.failures import DISK
from runner.stages.workspace import Workspace
from validators.faults import one_line
from validators.models.records import LargeFile

MIB = 1 << 20
LONGEST_LIST = 100


def recovered(space: Workspace) -> str | None:
    """Take the work folder back from what ran in it, to run more there; why nothing of it is left, if so."""
    space.reclaim()
    made = space.work / "submission"
    try:
        _mended(made)
    except OSError as error:
        made.rename(space.work / "unreadable")
        made.mkdir()
        return _unreadable(error)
    return None


def reclaimed(space: Workspace) -> str | None:
    """Move what ran into the draft; what it did to its folders, which never stops a run."""
    damaged = space.reclaim()
    made = space.work / "submission"
    try:
        told = _mended(made) or ("it removed or locked folders of the runner" if damaged else None)
        made.rename(space.submission)
    except OSError as error:
        told = _unreadable(error)
        space.submission.mkdir(exist_ok=True)
    return told


def _unreadable(error: OSError) -> str:
    """What to say of a folder that the disk is not to blame for; raises the error where it is."""
    if error.errno in DISK:
        raise error
    return f"its folder cannot be read: {error.strerror}: {error.filename}"


def _mended(made: Path) -> str | None:
    told = None
    if made.is_symlink() or not made.is_dir():
        remove_tree(made)
        made.mkdir()
        told = "it removed its own folder"
    if make_readable(made):
        told = f"paths of more than {LONGEST_PATH} bytes were removed"
    return told


def trimmed(submission: Path, before: Sequence[Entry], limit_mib: int) -> str | None:
    """Remove the largest files that were made, until what is left keeps the limit; which those were.

    Before anything is read: a file may claim to be larger than the disk.
    """
    old = {entry.path: entry.size for entry in before}
    room = limit_mib * MIB - (folder_bytes([str(submission)]) - sum(old.values()))
    removed: list[str] = []
    if room < 0:
        for size, path in sorted(_grown(submission, old), reverse=True):
            if room >= 0:
                break
            (submission / path).unlink()
            room += size
            removed.append(path)
    if not removed:
        return None
    return f"removed, over the limit on output: {removed[0]} and {len(removed) - 1} more files"


def _grown(submission: Path, old: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Size and path of every file that is larger than it was."""
    for folder, _, names in os.walk(submission):
        for name in names:
            path = os.path.relpath(Path(folder, name), submission)
            status = Path(folder, name).lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size > old.get(path, 0):
                yield status.st_size, path


def large_files(entries: Sequence[Entry], over_mib: int) -> tuple[tuple[LargeFile, ...], str | None]:
    """The files over this size, largest first, and what to say when there are too many to list."""
    large = [entry for entry in entries if entry.kind == "file" and entry.size > over_mib * MIB]
    large.sort(key=lambda entry: (-entry.size, entry.path))
    listed = tuple(LargeFile(path=one_line(entry.path), bytes=entry.size) for entry in large[:LONGEST_LIST])
    more = len(large) - len(listed)
    return listed, f"{more} more files over {over_mib} MiB are not listed" if more else None
