"""What shows whether anybody touched a folder: its files as the file system tells of them, unread."""

import os
from pathlib import Path

Trace = tuple[str, int, int, int, int, int]


def traces(folder: Path) -> frozenset[Trace]:
    """The folder itself and everything below it; nothing when it is not there."""
    found = {_trace(folder)} if os.path.lexists(folder) else set()
    for here, folders, files in os.walk(folder):
        found.update(_trace(Path(here, name)) for name in (*folders, *files))
    return frozenset(found)


def _trace(path: Path) -> Trace:
    status = path.lstat()
    return (
        str(path), status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns,
    )  # fmt: skip
