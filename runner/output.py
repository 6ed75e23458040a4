"""What a stage puts out: its log up to the limit, and the size of what it writes."""

import os

CHUNK = 1 << 16


class LogFile:
    """The payload's output as far as the limit lets it grow."""

    def __init__(self, path: str, pipe: int, limit: int | None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self.pipe = pipe
        self._limit = limit
        self.size = 0
        self.open = True
        self.error: str | None = None
        os.set_blocking(pipe, False)

    def pump(self) -> None:
        """Take what the pipe holds; what passes the limit is dropped, so that nobody hangs on a full pipe."""
        try:
            data = os.read(self.pipe, CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.open = False
            return
        room = len(data) if self._limit is None else max(0, self._limit - self.size)
        self.size += len(data)
        try:
            view = memoryview(data)[:room]
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            self.error = self.error or os.strerror(error.errno or 0)

    def drain(self) -> None:
        """Take the rest, but wait for nobody."""
        before = -1
        while self.open and before != self.size:
            before = self.size
            self.pump()

    def close(self) -> None:
        """Make the log durable."""
        try:
            os.fsync(self._file)
        except OSError as error:
            self.error = self.error or os.strerror(error.errno or 0)
        os.close(self._file)


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
