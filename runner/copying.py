"""Fresh copies of folders and their removal, however deep: links stay links, nothing outside is touched."""

import ctypes
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

from runner.manifest import Entry

# From the submission's root: leaves room for where a run lies below the system's own limit of 4096.
LONGEST_PATH = 2000


def copy_tree(source: Path, target: Path) -> tuple[str, ...]:
    """Copy a folder to a new place; returns the paths left out, which are no files, folders or links."""
    left_out: list[str] = []
    target.mkdir(parents=True)
    folders: list[tuple[Path, Path, int]] = []
    stack = [(source, target)]
    while stack:
        here, there = stack.pop()
        for entry in _entries(here):
            goal = there / entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                goal.mkdir()
                folders.append((Path(entry.path), goal, mode))
                stack.append((Path(entry.path), goal))
            elif stat.S_ISLNK(mode) or stat.S_ISREG(mode):
                shutil.copyfile(entry.path, goal, follow_symlinks=False)
                _dress(Path(entry.path), goal, mode)
            else:
                left_out.append(os.path.relpath(entry.path, source))
    # Last, and from below: writing into a folder changes its times.
    for folder, goal, mode in reversed(folders):
        _dress(folder, goal, mode)
    return tuple(sorted(left_out))


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    with os.scandir(folder) as entries:
        return list(entries)


def _dress(source: Path, goal: Path, mode: int) -> None:
    # The owner can always read and remove the copy; set-id bits stay behind.
    if not stat.S_ISLNK(mode):
        goal.chmod(stat.S_IMODE(mode) & 0o777 | (0o700 if stat.S_ISDIR(mode) else 0o600))
    status = source.lstat()
    os.utime(goal, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def make_readable(folder: Path, longest: int = LONGEST_PATH) -> bool:
    """Let the owner read, change and remove everything below; touches only what lacks that.

    What has a longer path than anybody could read is removed; whether there was such a thing.
    """
    removed = False
    room = len(os.fsencode(folder)) + 1 + longest
    stack = [folder]
    while stack:
        here = stack.pop()
        _allow(here, 0o700)
        for entry in _entries(here):
            if len(os.fsencode(entry.path)) > room:
                remove_tree(Path(entry.path))
                removed = True
            elif entry.is_dir(follow_symlinks=False):
                stack.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                _allow(Path(entry.path), 0o600)
    return removed


def _allow(path: Path, wanted: int) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & wanted != wanted:
        path.chmod(mode | wanted)


def remove_tree(folder: Path) -> None:
    """Remove a folder that may hold folders without write permission, or whatever else lies in its place.

    Harmless when there is nothing.
    """
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink()
        return
    for found in _flattened(folder):
        found.rmdir()
    folder.rmdir()


def _flattened(folder: Path) -> Iterator[Path]:
    """Every folder below, emptied: each is first moved up to the top, where no path is too long."""
    stack = [folder]
    while stack:
        here = stack.pop()
        _allow(here, 0o700)
        for entry in _entries(here):
            if entry.is_dir(follow_symlinks=False):
                _allow(Path(entry.path), 0o700)
                raised = folder / uuid.uuid4().hex
                Path(entry.path).rename(raised)
                stack.append(raised)
            else:
                Path(entry.path).unlink()
        if here != folder:
            yield here


def sync_folder(folder: Path) -> None:
    """Make everything on the folder's file system durable; raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


def total_bytes(entries: tuple[Entry, ...]) -> int:
    """The bytes of all files."""
    return sum(entry.size for entry in entries)
