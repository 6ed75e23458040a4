"""Reading one file of a folder that nobody trusts: no symlinks, no devices, no huge files."""

import os
import stat
from pathlib import Path, PurePosixPath

MIB = 1024 * 1024
MAX_FILE_BYTES = 16 * MIB


class RefusedFileError(Exception):
    """A file that is not read; its text says which and why."""


def open_inside(root: Path, name: str) -> int:
    """A descriptor of the regular file `name` (relative, / between parts) below root, following no symlink.

    Raises RefusedFileError.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise RefusedFileError(f"{name!r} is no path inside the submission")
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        for part in parts[:-1]:
            handle = _step(handle, part, os.O_RDONLY | os.O_DIRECTORY)
        # O_NONBLOCK: opening a FIFO must not wait for its writer.
        handle = _step(handle, parts[-1], os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise RefusedFileError(f"{name} cannot be read, symlinks never ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RefusedFileError(f"{name} is no regular file")
    return handle


def _step(folder: int, part: str, flags: int) -> int:
    try:
        return os.open(part, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    finally:
        os.close(folder)


def read_inside(root: Path, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of the regular file `name` below root; raises RefusedFileError, also past the limit."""
    with os.fdopen(open_inside(root, name), "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise RefusedFileError(f"{name} has {size} bytes, more than the {limit} that are read")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise RefusedFileError(f"{name} grew past the {limit} bytes that are read")
    return data


def read_text_inside(root: Path, name: str, limit: int = MAX_FILE_BYTES) -> str:
    """The file's text, what is no UTF-8 replaced, without byte-order mark; raises RefusedFileError."""
    return read_inside(root, name, limit).decode("utf-8", "replace").removeprefix("\ufeff")


def size_inside(root: Path, name: str) -> int:
    """The size in bytes of the regular file `name` below root; raises RefusedFileError."""
    handle = open_inside(root, name)
    try:
        return os.fstat(handle).st_size
    finally:
        os.close(handle)
