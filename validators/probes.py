"""What lies on disk, asked by key: the only way in which rules see the file system."""

import errno
import hashlib
import os
import stat
from contextlib import suppress

from validators.limits import LARGEST_BYTES

ABSENT = ""
# Ends the name of what is neither a file nor a folder, such as a symlink, or has no printable name.
STRANGE = "|"
# What a whole data root of PaperBench takes, several times over.
_MOST_KEPT_BYTES = 64 * 1024 * 1024
MOST_FILES = 200


class Probes:
    """Answers about a data root, each found out once.

    Keys are 'digest:PATH', 'file:PATH', 'names:FOLDER' and 'tree:FOLDER'. An answer is a short text, so that
    a cache can keep it and ask again: the sha256 of the file's bytes, whether it is a regular file, a
    folder's sorted entries (folders end in /, what is neither in STRANGE), or all that lies below a folder
    (see `tree`). ABSENT where there is none.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._answers: dict[str, str] = {}
        self._contents: dict[str, bytes | None] = {}
        self._kept = 0

    def ask(self, key: str) -> str:
        """The answer to a key; raises ValueError for a key of another kind."""
        if key not in self._answers:
            self._answers[key] = self._find(key)
        return self._answers[key]

    def contents(self, path: str) -> bytes | None:
        """A file's bytes, read once, LARGEST_BYTES and one at most; None where it cannot be read."""
        if path not in self._contents:
            try:
                data = read_regular(os.path.join(self._root, path))  # noqa: PTH118  a lean start
            except OSError:
                data = None
            self._kept += len(data or b"")
            if self._kept > _MOST_KEPT_BYTES:
                self._contents.clear()
                self._kept = 0
            self._contents[path] = data
        return self._contents[path]

    def _find(self, key: str) -> str:
        kind, _, path = key.partition(":")
        if kind == "digest":
            return self._digest(path)
        if kind == "file":
            return self._file(path)
        if kind == "names":
            return "\n".join(self._names(path))
        if kind == "tree":
            return "\n".join(self._tree(path))
        raise ValueError(f"no probe of kind '{kind}'")

    def _digest(self, path: str) -> str:
        data = self.contents(path)
        if data is None:
            return ABSENT
        if len(data) <= LARGEST_BYTES:
            return hashlib.sha256(data).hexdigest()
        with open(os.path.join(self._root, path), "rb") as stream:  # noqa: PTH118, PTH123  a lean start
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def _tree(self, path: str) -> list[str]:
        """A line 'SIZE PATH' for each regular file below, '- PATH' for each that is none, '.' for the folder.

        No symlink is followed, not even to the folder itself. Reads MOST_FILES lines and one at most.
        """
        top = os.path.join(self._root, path)  # noqa: PTH118  a lean start
        if not os.path.isdir(top):  # noqa: PTH112
            return []
        if os.path.realpath(top) != os.path.join(os.path.realpath(self._root), path):  # noqa: PTH118
            return [".", "- ."]
        lines: list[str] = []
        # Not os.walk, which calls itself for each folder inside another.
        left = [top]
        while left and len(lines) <= MOST_FILES:
            folders = []
            for entry in _entries(left.pop()):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                    continue
                below = os.path.relpath(entry.path, top).replace(os.sep, "/").replace("\n", "?")
                size = (
                    entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else "-"
                )
                lines.append(f"{size} {below}")
            left += reversed(folders)
        return [".", *sorted(lines[: MOST_FILES + 1])]

    def _file(self, path: str) -> str:
        with suppress(OSError):
            if stat.S_ISREG(os.lstat(os.path.join(self._root, path)).st_mode):  # noqa: PTH118
                return "file"
        return ABSENT

    def _names(self, path: str) -> list[str]:
        return sorted(map(_entry, _entries(os.path.join(self._root, path))))  # noqa: PTH118


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    """What lies in a folder, by name; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _entry(entry: "os.DirEntry[str]") -> str:
    name = entry.name
    if not name.isprintable() or not (
        entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
    ):
        return "".join(mark if mark.isprintable() else "?" for mark in name) + STRANGE
    return name + ("/" if entry.is_dir(follow_symlinks=False) else "")


def read_regular(path: str) -> bytes:
    """The bytes of a regular file, LARGEST_BYTES and one at most; raises OSError, also for anything else."""
    # Opening a pipe would wait for its other end.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "no regular file", path)
        # Asked for more, Python would set aside all of it first.
        return stream.read(min(found.st_size, LARGEST_BYTES) + 1)
