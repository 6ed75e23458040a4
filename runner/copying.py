"""Fresh copies of folders: links stay links, devices and pipes stay behind, nothing is shared."""

import ctypes
import os
import shutil
import stat
from pathlib import Path

from runner.manifest import Entry


def copy_tree(source: Path, target: Path) -> tuple[str, ...]:
    """Copy a folder to a new place; returns the paths left out, which are no files, folders or links."""
    left_out: list[str] = []
    target.mkdir(parents=True)
    _copy(source, target, "", left_out)
    return tuple(sorted(left_out))


def _copy(source: Path, target: Path, prefix: str, left_out: list[str]) -> None:
    with os.scandir(source) as entries:
        for entry in list(entries):
            goal = target / entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                goal.symlink_to(Path(entry.path).readlink())
            elif stat.S_ISDIR(mode):
                goal.mkdir()
                _copy(Path(entry.path), goal, f"{prefix}{entry.name}/", left_out)
            elif stat.S_ISREG(mode):
                shutil.copyfile(entry.path, goal, follow_symlinks=False)
            else:
                left_out.append(f"{prefix}{entry.name}")
                continue
            _dress(Path(entry.path), goal, mode)


def _dress(source: Path, goal: Path, mode: int) -> None:
    # The owner can always read and remove the copy; set-id bits stay behind.
    if not stat.S_ISLNK(mode):
        goal.chmod(stat.S_IMODE(mode) & 0o777 | (0o700 if stat.S_ISDIR(mode) else 0o600))
    status = source.lstat()
    os.utime(goal, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def make_readable(folder: Path) -> None:
    """Let the owner read, change and remove everything below; touches only what lacks that."""
    _allow(folder, 0o700)
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                make_readable(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                _allow(Path(entry.path), 0o600)


def _allow(path: Path, wanted: int) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & wanted != wanted:
        path.chmod(mode | wanted)


def remove_tree(folder: Path) -> None:
    """Remove a folder that may hold folders without write permission; harmless when there is none."""
    if not folder.is_symlink() and not folder.exists():
        return
    make_readable(folder)
    shutil.rmtree(folder)


def sync_folder(folder: Path) -> None:
    """Make everything on the folder's file system durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        ctypes.CDLL(None).syncfs(handle)
    finally:
        os.close(handle)


def total_bytes(entries: tuple[Entry, ...]) -> int:
    """The bytes of all files."""
    return sum(entry.size for entry in entries)
