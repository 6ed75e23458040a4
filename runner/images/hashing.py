"""Digests of large files, remembered as long as a file is the same in size, time and place."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validators.digest import sha256_file
from validators.writing import replace_file

PLACE = Path(".cache/paperbench/images.json")


@dataclass(frozen=True)
class Hashes:
    """The sha256 of files; deleting what is remembered under the root is always right."""

    root: Path

    def of(self, path: Path) -> str:
        """The sha256 of a file's bytes; raises OSError."""
        key, known = str(path.resolve()), self._known()
        before = _stamp(path)
        if known.get(key, {}).get("stamp") == before:
            return str(known[key]["sha256"])
        digest = sha256_file(path)
        if _stamp(path) == before:
            self._keep(key, {"stamp": before, "sha256": digest})
        return digest

    def _known(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            found = json.loads((self.root / PLACE).read_bytes())
            if isinstance(found, dict):
                return {key: entry for key, entry in found.items() if isinstance(entry, dict)}
        return {}

    def _keep(self, key: str, entry: dict[str, Any]) -> None:
        path = self.root / PLACE
        # A link that came with somebody's branch is not to choose what is written.
        if path.parent.is_symlink() or path.parent.parent.is_symlink():
            return
        known = {name: old for name, old in self._known().items() if Path(name).exists()}
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, json.dumps({**known, key: entry}).encode(), durable=False)


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]
