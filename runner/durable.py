"""Files that survive crashes and each other: atomic writes, a lock, appended lines, and a torn last line."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from validators.writing import replace_file

_TORN = re.compile(r"\..+\.[0-9a-f]{32}\.tmp\Z")


def write_atomic(path: Path, data: bytes) -> None:
    """Give the file this content at once or not at all; on OSError no partial file stays."""
    replace_file(path, data)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for whoever on this host is alone in the folder, where the file system has locks."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def opened_lock(path: Path) -> int | None:
    """The lock file, open for writing, as file servers want it, also for others who may write beside it.

    None where it cannot even be read.
    """
    # Without O_CREAT first: in a folder like /tmp the kernel refuses that for a file of somebody else's.
    for flags in (os.O_RDWR, os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with suppress(OSError):
            handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            with suppress(OSError):
                os.fchmod(handle, 0o600 | path.parent.stat().st_mode & 0o666)
            return handle
    return None


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Wait for whoever, on any host, holds the lock file, where the file system has locks."""
    handle = opened_lock(path)
    try:
        if handle is not None:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def clear_torn(folder: Path) -> None:
    """Remove what atomic writes that a crash cut short left in the folder; only for its one writer."""
    for path in folder.glob(".*.tmp"):
        if _TORN.match(path.name):
            path.unlink()


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document atomically, indented."""
    write_atomic(path, (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """The file's JSON; raises OSError and json.JSONDecodeError."""
    return json.loads(path.read_bytes())


class LineWriter:
    """Appends JSON lines to one file that has no other writer, mending a torn last line first."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("ab")
        _mend_last_line(path)

    def append(self, value: Any) -> None:
        """Append one line; it is durable after the next flush."""
        line = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        self._stream.write(line.encode() + b"\n")

    def flush(self) -> None:
        """Make every appended line durable."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _mend_last_line(path: Path) -> None:
    """Cut off a last line that a crash tore; end one that is whole."""
    data = path.read_bytes()
    start = data.rfind(b"\n") + 1
    if start == len(data):
        return
    try:
        json.loads(data[start:])
    except ValueError:
        os.truncate(path, start)
    else:
        with path.open("ab") as stream:
            stream.write(b"\n")


def read_lines(path: Path) -> Iterator[Any]:
    """The JSON values of a file of lines; torn lines are passed over, a missing file has none."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        for line in stream:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            yield value
