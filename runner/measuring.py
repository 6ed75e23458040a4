"""How much a payload holds on disk: files below its folders, and those without a name that it has open."""

import errno
import os
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

# Ten times what an archive may hold.
MOST_FILES = 1_000_000
# Every path is held in memory later: one that is longer counts as several.
LONG_PATH = 128
# Each level takes an open file.
DEEPEST = 10_000
_BLOCK = 512
_VANISHED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
_SEARCHED = 0o500
_NAMED = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LISTED = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass
class Held:
    """What was found; hidden where a folder could not be listed or lies too deep."""

    bytes: int = 0
    files: int = 0
    hidden: bool = False


class Output:
    """What one payload puts out, beyond what lay in its folders before."""

    def __init__(self, folders: list[str], log: str, limit: int | None, most: int = MOST_FILES) -> None:
        self._limit = limit
        # Open, since a payload can lock the folders above.
        self._folders = {folder: handle for folder in folders if (handle := _handle(folder)) is not None}
        self._before = _Walk(None, None).of(self._folders) if limit is not None else Held()
        self._most = self._before.files + most
        self._devices = set(filter(None, map(_device, [*folders, log])))

    def passed(self, printed: int, pids: Iterable[int], deadline: float) -> str | None:
        """Which limit was passed, in words.

        What is not seen before the deadline (of time.monotonic) counts nothing: a slow disk is no fault.
        """
        if self._limit is None:
            return None
        held = _Walk(self._most, deadline).of(self._folders)
        total = printed + held.bytes - self._before.bytes + nameless_bytes(pids, self._devices)
        if total > self._limit:
            return f"more than {self._limit} bytes"
        if held.files > self._most:
            return "too many files"
        return "folders that cannot be listed" if held.hidden else None


class _Walk:
    """Looks at every file below folders, by one name at a time: no path is too long, no link is followed."""

    def __init__(self, most: int | None, deadline: float | None) -> None:
        self._most, self._deadline = most, deadline
        self._held = Held()

    def of(self, folders: Mapping[str, int]) -> Held:
        """What all of them hold: by their paths or, where those are locked, by what was opened before."""
        for path, handle in folders.items():
            try:
                os.lstat(path)
            except PermissionError:
                self._below(".", handle)
            except OSError as error:
                self._lost(error)
            else:
                self._below(path)
        return self._held

    def _ended(self) -> bool:
        if self._most is not None and self._held.files > self._most:
            return True
        return self._deadline is not None and time.monotonic() > self._deadline

    def _below(self, folder: str, beside: int | None = None) -> None:
        handles: list[int] = []
        lengths = [0]
        pending = [[folder]]
        try:
            while pending and not self._ended():
                if not pending[-1]:
                    pending.pop()
                    lengths.pop()
                    if handles:
                        os.close(handles.pop())
                    continue
                name = pending[-1].pop()
                handle = self._opened(name, handles[-1] if handles else beside, len(handles))
                if handle is not None:
                    handles.append(handle)
                    lengths.append(lengths[-1] + len(name) + 1 if len(handles) > 1 else 0)
                    pending.append(self._listed(handle, lengths[-1]))
        finally:
            for handle in handles:
                os.close(handle)

    def _opened(self, name: str, parent: int | None, depth: int) -> int | None:
        if depth > DEEPEST:
            self._held.hidden = True
            return None
        try:
            named = os.open(name, _NAMED, dir_fd=parent)
        except OSError as error:
            self._lost(error)
            return None
        ours = True
        try:
            status = os.fstat(named)
            ours = status.st_uid == os.geteuid()
            if ours and status.st_mode & _SEARCHED != _SEARCHED:
                # Without pathlib: every supervisor reads this before it starts, and that takes 5 ms.
                os.chmod(f"/proc/self/fd/{named}", stat.S_IMODE(status.st_mode) | _SEARCHED)  # noqa: PTH101
            return os.open(".", _LISTED, dir_fd=named)
        except OSError as error:
            # What root inside gave to another id cannot be looked into.
            if ours:
                self._lost(error)
            return None
        finally:
            os.close(named)

    def _lost(self, error: OSError) -> None:
        """What vanishes counts nothing; what is there and cannot be seen is hidden."""
        if error.errno not in _VANISHED:
            self._held.hidden = True

    def _listed(self, handle: int, length: int) -> list[str]:
        """Count what lies in the folder; the names of the folders in it."""
        folders: list[str] = []
        try:
            with os.scandir(handle) as entries:
                for entry in entries:
                    self._held.files += 1 + (length + len(entry.name)) // LONG_PATH
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    else:
                        self._count(entry)
                    if self._ended():
                        break
        except OSError as error:
            self._lost(error)
        return folders

    def _count(self, entry: "os.DirEntry[str]") -> None:
        try:
            # Not what it occupies: whoever reads or copies a sparse file reads all of it.
            self._held.bytes += entry.stat(follow_symlinks=False).st_size
        except OSError as error:
            self._lost(error)


def nameless_bytes(pids: Iterable[int], devices: set[int]) -> int:
    """What files on these devices occupy that have no name any more, but are open in these processes."""
    found: dict[tuple[int, int], int] = {}
    for pid in pids:
        with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                with suppress(OSError):
                    status = entry.stat()
                    if status.st_nlink == 0 and status.st_dev in devices and stat.S_ISREG(status.st_mode):
                        found[status.st_dev, status.st_ino] = status.st_blocks * _BLOCK
    return sum(found.values())


def _handle(folder: str) -> int | None:
    try:
        return os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None


def _device(path: str) -> int:
    try:
        return os.stat(path).st_dev  # noqa: PTH116
    except OSError:
        return 0
