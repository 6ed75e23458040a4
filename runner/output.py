"""What a stage puts out: its log as it is kept, and the size of what it writes."""

import errno
import os
import time
from dataclasses import dataclass

from runner.log_lines import MARK, HeaderLine, KeptLog

CHUNK = 1 << 16
# As much as Apptainer says of all its options, after what is wrong with one.
SAID = 1 << 14
# A disk without so much room is full.
ROOM = 1 << 20
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


@dataclass(frozen=True)
class LogOrder:
    """Where the log goes, how much may be printed and how much is kept, and what its header begins with."""

    path: str
    limit: int | None
    kept: int | None
    header: str | None


class LogFile:
    """The payload's output: all of it counted, each line with its time, kept as far as the limits let it."""

    def __init__(self, order: LogOrder, pipe: int, begin: float) -> None:
        self._file = os.fdopen(os.open(order.path, _APPEND, 0o644), "ab", buffering=0)
        self._kept = KeptLog(self._file, *_parts(order.limit, order.kept))
        self._header = None if order.header is None else HeaderLine(order.header.encode())
        self._begin = begin
        self._last = b""
        self.pipe = pipe
        self.size = 0
        self.open = True
        self.error_number = 0
        self._free: int | None = None
        self.started_seconds = 0.0
        os.set_blocking(pipe, False)

    @property
    def inside(self) -> str | None:
        """What the header said; None while it has not come."""
        says = self._header.says if self._header else None
        return None if says is None else says.decode(errors="replace")

    @property
    def said(self) -> str:
        """The last of what was printed, while a header has not come."""
        return self._last.decode(errors="replace")

    def pump(self) -> bool:
        """Take what the pipe holds, also past every limit, so that nobody hangs on it; True for any."""
        try:
            data = os.read(self.pipe, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self.open = False
            return False
        self.size += len(data)
        if self._header is not None and self._header.says is None:
            data = self._before_header(self._header, data)
        self._keep(data)
        return True

    def _before_header(self, header: HeaderLine, data: bytes) -> bytes:
        self._last = (self._last + data)[-SAID:]
        data = header.take(data)
        if header.says is not None:
            self._last = b""
            self.size -= header.taken
            self.started_seconds = round(time.monotonic() - self._begin, 3)
        return data

    def _keep(self, data: bytes) -> None:
        try:
            self._kept.put(data, time.monotonic() - self._begin)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.error_number = self.error_number or error.errno or errno.EIO
        if error.errno == errno.ENOSPC and self._free is None:
            self._free = self._free_bytes()

    def _free_bytes(self) -> int:
        status = os.fstatvfs(self._file.fileno())
        return status.f_bavail * status.f_frsize

    def room_back(self) -> int | None:
        """How many bytes more are free than when the disk was full; None when it still is, or never was."""
        if self.error_number not in FULL:
            return None
        end = os.fstat(self._file.fileno()).st_size
        try:
            os.posix_fallocate(self._file.fileno(), end, ROOM)
            os.ftruncate(self._file.fileno(), end)
        except OSError:
            return None
        return 0 if self._free is None else self._free_bytes() - self._free

    def drain(self) -> None:
        """Take the rest, but wait for nobody."""
        while self.open and self.pump():
            pass

    def close(self) -> None:
        """Write what was held back, and make the log durable."""
        if self._header is not None:
            self._keep(self._header.rest())
        try:
            self._kept.close()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._fail(error)

    def release(self) -> None:
        """Let the file go."""
        self._file.close()


def _parts(limit: int | None, kept: int | None) -> tuple[int | None, int]:
    """How many bytes of the head and of the tail are kept."""
    if kept is None:
        # The tail waits in memory, so only who asks for one gets one.
        return (None, 0) if limit is None else (max(0, limit - MARK), MARK)
    whole = kept if limit is None else min(kept, limit)
    return whole // 2, whole - whole // 2


def folder_bytes(folders: list[str]) -> int:
    """The bytes that files under the folders hold, links not followed; what vanishes counts nothing."""
    total = 0
    stack = list(folders)
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        total += _size(entry)
        except OSError:
            continue
    return total


def _size(entry: "os.DirEntry[str]") -> int:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return 0
    # Not what it occupies: whoever reads or copies a sparse file reads all of it.
    return status.st_size
