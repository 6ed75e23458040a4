"""Fresh copies of folders and their removal, however deep: links stay links, nothing outside is touched."""

import ctypes
import errno
import fcntl
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from runner.manifest import NO_FILE, READING, Entry, listed

# From the submission's root: leaves room for where a run lies below the system's own limit of 4096.
LONGEST_PATH = 2000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A folder of any size takes no more memory than these names.
_AT_ONCE = 100_000
_FICLONE = 0x40049409
# The unit of st_blocks, whatever the file system's own.
_BLOCK = 512
# What copy_file_range says between file systems, and where kernel or file system lack it.
_NO_RANGES = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM})


def copy_tree(source: Path, target: Path) -> tuple[str, ...]:
    """Copy a folder to a new place; returns the paths left out, which are no files, folders or links.

    Files share blocks with the original where the file system can (reflinks), so a change to one never
    reaches the other; holes stay holes. There are no hard links: whoever still writes into the agent's folder
    would change what was handed in, and reproduce.sh, which owns its fresh copy, would change the original.
    What is kept of a stage is moved there, not copied. So no copy in a trial's life is safe to hard-link.
    """
    left_out: list[str] = []
    target.mkdir(parents=True)
    folders: list[tuple[Path, Path, int]] = []
    stack = [(source, target)]
    while stack:
        here, there = stack.pop()
        for name, _ in listed(os.fspath(here)):
            one, goal = here / name, there / name
            mode = one.lstat().st_mode
            if stat.S_ISDIR(mode):
                goal.mkdir()
                folders.append((one, goal, mode))
                stack.append((one, goal))
            elif stat.S_ISLNK(mode):
                goal.symlink_to(one.readlink())
                _dress(one, goal, mode)
            elif not (stat.S_ISREG(mode) and copy_file(one, goal)):
                left_out.append(os.path.relpath(one, source))
    # Last, and from below: writing into a folder changes its times.
    for folder, goal, mode in reversed(folders):
        _dress(folder, goal, mode)
    return tuple(sorted(left_out))


def copy_file(source: Path, goal: Path) -> bool:
    """Copy a file with its permission bits and times; whether it is one still."""
    try:
        old = os.open(source, READING)
    except OSError as error:
        if error.errno in NO_FILE:
            return False
        raise
    try:
        status = os.fstat(old)
        if not stat.S_ISREG(status.st_mode):
            return False
        new = os.open(goal, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _fill(old, new, status)
            # The owner can always read and remove the copy; set-id bits stay behind.
            os.fchmod(new, status.st_mode & 0o777 | 0o600)
            os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
        finally:
            os.close(new)
    finally:
        os.close(old)
    return True


def _fill(old: int, new: int, status: os.stat_result) -> None:
    """Give the new file the old one's bytes, all inside the kernel."""
    size = status.st_size
    with suppress(OSError):
        fcntl.ioctl(new, _FICLONE, old)
        return
    if size <= status.st_blocks * _BLOCK:
        _send(old, new, 0, size)
        return
    os.ftruncate(new, size)
    for start, end in _data(old, size):
        _send(old, new, start, end)


def _data(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """Where the file has bytes: start and end of what lies between its holes."""
    end = 0
    while end < size:
        try:
            start = os.lseek(handle, end, os.SEEK_DATA)
            end = min(size, os.lseek(handle, start, os.SEEK_HOLE))
        except OSError as error:
            # Nothing but a hole is left, unless the file system does not know holes.
            if error.errno != errno.ENXIO:
                yield end, size
            return
        yield start, end


def _send(old: int, new: int, start: int, end: int) -> None:
    ranges = True
    while start < end:
        sent = 0
        if ranges:
            try:
                sent = os.copy_file_range(old, new, end - start, start, start)
            except OSError as error:
                if error.errno not in _NO_RANGES:
                    raise
            ranges = sent > 0
        if not ranges:
            os.lseek(new, start, os.SEEK_SET)
            sent = os.sendfile(new, old, start, end - start)
            if sent == 0:
                # It was cut short meanwhile, which its digest will show.
                return
        start += sent


def _dress(source: Path, goal: Path, mode: int) -> None:
    # The owner can always read and remove the copy; set-id bits stay behind.
    if not stat.S_ISLNK(mode):
        goal.chmod(stat.S_IMODE(mode) & 0o777 | (0o700 if stat.S_ISDIR(mode) else 0o600))
    status = source.lstat()
    os.utime(goal, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def make_readable(folder: Path, longest: int = LONGEST_PATH) -> bool:
    """Let the owner read, change and remove everything below; touches only what lacks that.

    No program below takes on its owner's rights any more. What has a longer path than anybody could read is
    removed; whether there was such a thing.
    """
    removed = False
    room = len(os.fsencode(folder)) + 1 + longest
    # One path a level, and else names: a million paths of 2,000 bytes would not fit into memory.
    trail = [os.fspath(folder)]
    pending = [_readable(trail[0], room)]
    while pending:
        below = pending[-1]
        removed = removed or bool(below.too_long)
        if below.too_long:
            remove_tree(Path(f"{trail[-1]}/{below.too_long.pop()}"))
        elif below.folders:
            trail.append(f"{trail[-1]}/{below.folders.pop()}")
            pending.append(_readable(trail[-1], room))
        else:
            pending.pop()
            trail.pop()
    return removed


@dataclass(frozen=True)
class _Below:
    """The names in a folder: of folders, and of whatever has too long a path."""

    folders: list[str]
    too_long: list[str]


def _readable(here: str, room: int) -> _Below:
    below = _Below([], [])
    _allow(here, 0o700)
    length = len(os.fsencode(here)) + 1
    handle = os.open(here, _FOLDER)
    try:
        with os.scandir(handle) as entries:
            for entry in entries:
                if length + len(os.fsencode(entry.name)) > room:
                    below.too_long.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    below.folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    _allow(entry.name, 0o600, taken=stat.S_ISUID | stat.S_ISGID, folder=handle)
    finally:
        os.close(handle)
    return below


def _allow(path: Path | str, wanted: int, taken: int = 0, folder: int | None = None) -> None:
    """Give an entry, by its path or by its name in an open folder, what it lacks of these permissions."""
    mode = stat.S_IMODE(os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode)
    if (mode | wanted) & ~taken != mode:
        os.chmod(path, (mode | wanted) & ~taken, dir_fd=folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder that may hold folders without write permission, or whatever else lies in its place.

    Harmless when there is nothing.
    """
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink()
        return
    _allow(folder, 0o700)
    top = os.open(folder, _FOLDER)
    try:
        while names := _some(top):
            for name, is_folder in names:
                if is_folder:
                    _remove_raising(name, top)
                else:
                    os.unlink(name, dir_fd=top)
    finally:
        os.close(top)
    folder.rmdir()


def _remove_raising(name: str, top: int) -> None:
    """Remove a folder in the top one; those in it are first moved up there, so that no path is too long."""
    _allow(name, 0o700, folder=top)
    here = os.open(name, _FOLDER, dir_fd=top)
    try:
        while names := _some(here):
            for one, is_folder in names:
                if is_folder:
                    with suppress(OSError):
                        os.rmdir(one, dir_fd=here)
                        continue
                    _allow(one, 0o700, folder=here)
                    os.rename(one, uuid.uuid4().hex, src_dir_fd=here, dst_dir_fd=top)
                else:
                    os.unlink(one, dir_fd=here)
    finally:
        os.close(here)
    os.rmdir(name, dir_fd=top)


def _some(folder: int) -> list[tuple[str, bool]]:
    """Some of an open folder's names, and whether they are folders; none when it is empty."""
    with os.scandir(folder) as entries:
        return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(entries, _AT_ONCE)]


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
