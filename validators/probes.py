"""What lies on disk, asked by key: the only way in which rules see the file system."""

import hashlib
import os
import stat

from validators.limits import LARGEST_BYTES

ABSENT = ""
MOST_FILES = 200


class Probes:
    """Answers about a data root, each found out once.

    Keys are 'digest:PATH', 'file:PATH', 'names:FOLDER' and 'tree:FOLDER'. An answer is a short text, so that
    a cache can keep it and ask again: the sha256 of the file's bytes, whether it is a file, a folder's sorted
    entries (folders end in /), or all that lies below a folder (see `tree`). ABSENT where there is none.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._answers: dict[str, str] = {}
        self._contents: dict[str, bytes | None] = {}

    def ask(self, key: str) -> str:
        """The answer to a key; raises ValueError for a key of another kind."""
        if key not in self._answers:
            self._answers[key] = self._find(key)
        return self._answers[key]

    def contents(self, path: str) -> bytes | None:
        """A file's bytes, read once, LARGEST_BYTES and one at most; None where it cannot be read."""
        if path not in self._contents:
            try:
                with open(os.path.join(self._root, path), "rb") as stream:  # noqa: PTH118, PTH123  a lean start
                    # Asked for more, Python would set aside all of it first.
                    size = min(os.fstat(stream.fileno()).st_size, LARGEST_BYTES)
                    self._contents[path] = stream.read(size + 1)
            except OSError:
                self._contents[path] = None
        return self._contents[path]

    def _find(self, key: str) -> str:
        kind, _, path = key.partition(":")
        if kind == "digest":
            return self._digest(path)
        if kind == "file":
            return "file" if os.path.isfile(os.path.join(self._root, path)) else ABSENT  # noqa: PTH113, PTH118
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
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in sorted(folders + files):
                place = os.path.join(folder, name)  # noqa: PTH118
                found = os.lstat(place)
                if not stat.S_ISDIR(found.st_mode):
                    below = os.path.relpath(place, top).replace(os.sep, "/").replace("\n", "?")
                    lines.append(f"{found.st_size if stat.S_ISREG(found.st_mode) else '-'} {below}")
            if len(lines) > MOST_FILES:
                break
        return [".", *sorted(lines[: MOST_FILES + 1])]

    def _names(self, path: str) -> list[str]:
        try:
            with os.scandir(os.path.join(self._root, path)) as entries:  # noqa: PTH118
                return sorted(entry.name + ("/" if entry.is_dir() else "") for entry in entries)
        except OSError:
            return []
