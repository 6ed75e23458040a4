"""What was found before, kept as long as nothing that was looked at has changed.

One JSON file per data root. An entry holds every answer of the file system that the examination saw and is
used only where all of them are still the same. Deleting the file is always right; two processes may share
it, since it is replaced whole and the later one wins.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from validators.probes import Probes
from validators.writing import replace_file

PLACE = Path(".cache/paperbench/check.json")
_OWN = Path(__file__).resolve().parents[1]


class Cache:
    """The entries of one data root; nothing is read or written where it is not used."""

    def __init__(self, root: Path, probes: Probes, *, used: bool = True) -> None:
        self._path = root / PLACE
        self._probes = probes
        self._used = used
        self._old: dict[str, Any] = self._load() if used else {}
        self._new: dict[str, Any] = {}

    def entry(self, name: str, usable: Callable[[Any], bool]) -> Any:
        """What is kept under a name, if it still holds and is usable; None if not."""
        kept = self._old.get(name)
        if kept is None or not usable(kept["found"]) or not self._holds(kept["seen"]):
            return None
        self._new[name] = kept
        return kept["found"]

    def keep(self, name: str, seen: dict[str, str], found: Any) -> None:
        """Keep what was found under a name, with all that was seen on the way."""
        self._new[name] = {"seen": seen, "found": found}

    def save(self) -> None:
        """Write the entries, if any is new; a folder that cannot be written is left alone."""
        if not self._used or self._new == self._old or _leads_elsewhere(self._path):
            return
        text = json.dumps({"program": _program(), "entries": self._new})
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, text.encode(), durable=False)
        except OSError:
            return

    def _load(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_bytes())
            entries = kept["entries"] if kept["program"] == _program() else {}
            return {name: entry for name, entry in entries.items() if _is_entry(entry)}
        except (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError):
            return {}

    def _holds(self, seen: dict[str, str]) -> bool:
        return all(self._probes.ask(key) == answer for key, answer in seen.items())


def _leads_elsewhere(path: Path) -> bool:
    # A link that came with somebody's branch is not to choose what is written.
    return path.parent.is_symlink() or path.parent.parent.is_symlink()


def _is_entry(entry: Any) -> bool:
    return isinstance(entry.get("seen"), dict) and isinstance(entry.get("found"), list)


def _program() -> str:
    """The rules' own state: Python, its installed packages, and every source and schema of ours."""
    stamps = [sys.version, *(_stamp(place) for place in sys.path if place.endswith("-packages"))]
    folders = [str(_OWN / "validators"), str(_OWN / "spec" / "v1")]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json", ".txt")):
                    found = entry.stat()
                    stamps.append(f"{entry.name} {found.st_size} {found.st_mtime_ns}")
                elif "." not in entry.name and entry.name != "__pycache__":
                    folders.append(entry.path)
    return "\n".join(sorted(stamps))


def _stamp(path: str) -> str:
    with suppress(OSError):
        return f"{path} {os.stat(path).st_mtime_ns}"  # noqa: PTH116  a lean start
    return path
