"""One file written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path


class ChangedMeanwhileError(Exception):
    """A file that is to be replaced is not what it was when it was read."""


def write_atomically(path: Path, data: bytes, *, durable: bool = True, before: bytes | None = None) -> None:
    """Replace a file that people edit, where a link leads to; keeps its permissions.

    Otherwise as replace_file.
    """
    target = path.resolve()
    mode = None
    with suppress(FileNotFoundError):
        mode = target.stat().st_mode & 0o7777
    replace_file(target, data, mode=mode, durable=durable, before=before)


def replace_file(
    path: Path, data: bytes, *, mode: int | None = None, durable: bool = True, before: bytes | None = None
) -> None:
    """Replace the file, or a link, so that a reader or a crash finds the old bytes or the new ones.

    Not durable: a crash of the machine may leave it empty. Raises OSError, and ChangedMeanwhileError where
    the file no longer holds the bytes before; no partial file stays then.
    """
    beside = path.with_name(f".{path.name}.{os.urandom(16).hex()}.tmp")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        if mode is not None:
            beside.chmod(mode)
        if before is not None and path.read_bytes() != before:
            raise ChangedMeanwhileError(path)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if durable:
        fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
