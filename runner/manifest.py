"""Manifests: every file of a folder with digest, inode and times, and what changed between two of them."""

import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from runner.durable import read_lines, write_atomic
from validators.digest import digest_json, sha256_file

Kind = Literal["file", "dir", "symlink", "other"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder; sha256 for files, target for symbolic links."""

    path: str
    kind: Kind
    size: int
    mode: int
    sha256: str | None
    inode: int
    mtime_ns: int
    ctime_ns: int
    target: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two manifests, by path; folders are left out."""

    new: frozenset[str]
    changed: frozenset[str]
    rewritten: frozenset[str]
    deleted: frozenset[str]

    @property
    def made(self) -> frozenset[str]:
        """What was written in between, be it with the same bytes."""
        return self.new | self.changed | self.rewritten


def scan(folder: Path) -> tuple[Entry, ...]:
    """Everything under the folder by path, links not followed; raises OSError on what cannot be read."""
    return tuple(sorted(_scan(folder), key=lambda entry: entry.path))


def _scan(folder: Path) -> Iterator[Entry]:
    stack = [(folder, "")]
    while stack:
        here, prefix = stack.pop()
        with os.scandir(here) as entries:
            found = list(entries)
        for one in found:
            entry = _entry(one, prefix + one.name)
            yield entry
            if entry.kind == "dir":
                stack.append((Path(one.path), f"{entry.path}/"))


def _entry(found: "os.DirEntry[str]", path: str) -> Entry:
    status = found.stat(follow_symlinks=False)
    kind = _kind(status.st_mode)
    return Entry(
        path=path,
        kind=kind,
        size=status.st_size if kind == "file" else 0,
        mode=stat.S_IMODE(status.st_mode),
        sha256=sha256_file(Path(found.path)) if kind == "file" else None,
        inode=status.st_ino,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        target=str(Path(found.path).readlink()) if kind == "symlink" else None,
    )


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "symlink" if stat.S_ISLNK(mode) else "other"


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write a manifest, one JSON line an entry, atomically; names that are no UTF-8 keep their bytes."""
    lines = (json.dumps(asdict(entry), separators=(",", ":")) + "\n" for entry in entries)
    write_atomic(path, "".join(lines).encode())


def read_manifest(path: Path) -> tuple[Entry, ...]:
    """The entries of a manifest; none when the file is missing."""
    return tuple(Entry(**line) for line in read_lines(path))


def _content(entry: Entry) -> tuple[str, str | None, str | None]:
    return entry.kind, entry.sha256, entry.target


def _trace(entry: Entry) -> tuple[int, int, int]:
    return entry.inode, entry.mtime_ns, entry.ctime_ns


def compare(before: Iterable[Entry], after: Iterable[Entry]) -> Changes:
    """What happened to files and links between two manifests of one folder."""
    old = {entry.path: entry for entry in before if entry.kind != "dir"}
    new = {entry.path: entry for entry in after if entry.kind != "dir"}
    both = old.keys() & new.keys()
    changed = {path for path in both if _content(old[path]) != _content(new[path])}
    rewritten = {path for path in both - changed if _trace(old[path]) != _trace(new[path])}
    return Changes(
        frozenset(new.keys() - old.keys()),
        frozenset(changed),
        frozenset(rewritten),
        frozenset(old.keys() - new.keys()),
    )


def submission_digest(entries: Iterable[Entry]) -> str:
    """The digest of what a submission says: paths, kinds, executable bits and contents; .git is left out."""
    told = [
        [_spelled(entry.path), entry.kind, bool(entry.mode & 0o100), entry.sha256 or _spelled(entry.target)]
        for entry in entries
        if entry.kind in ("file", "symlink") and entry.path.split("/")[0] != ".git"
    ]
    return digest_json(sorted(told, key=lambda line: str(line[0])))


def _spelled(name: str | None) -> str | None:
    return None if name is None else name.encode("utf-8", "backslashreplace").decode()
