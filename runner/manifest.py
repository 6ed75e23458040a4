"""Manifests: every file of a folder with digest, inode and times, and what changed between two of them."""

import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple

from runner.durable import read_lines, write_atomic
from validators.digest import digest_json

Kind = Literal["file", "dir", "symlink", "other"]
# A link or pipe that took a file's place is neither followed nor waited for.
READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
LISTING = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
# What open says of a link, of a socket or a pipe without reader, and of a device without driver.
NO_FILE = frozenset({errno.ELOOP, errno.ENXIO, errno.ENODEV})
# Files up to here are read in one piece, many to a job; a larger one is a job of its own.
_SMALL_BYTES = 1 << 16
_NAMES_A_JOB = 128
_MOST_THREADS = 16
# So many times the time that the work takes.
_WAITING = 2.0


# A tuple, since of large folders most of the time would go into making dataclasses.
class Entry(NamedTuple):
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
    threads = min(_MOST_THREADS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(threads) as pool:
        try:
            entries = _Scan(pool).entries(os.fspath(folder))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    entries.sort(key=itemgetter(0))
    return tuple(entries)


class _Scan:
    """One look at a folder.

    Small files are read here while that is work, since Python's threads get in each other's way then, and in
    the pool once it is waiting for a disk. Large ones are hashed in the pool, side by side.
    """

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._jobs: list[Future[list[Entry]]] = []
        self._waits = False

    def entries(self, folder: str) -> list[Entry]:
        """Everything in it, in no order."""
        found: list[Entry] = []
        stack = [(folder, "")]
        while stack:
            here, prefix = stack.pop()
            files: list[str] = []
            for name, is_file in listed(here):
                if is_file:
                    files.append(name)
                    continue
                entry = _described(Path(here, name), prefix + name)
                found.append(entry)
                if entry.kind == "dir":
                    stack.append((f"{here}/{name}", f"{entry.path}/"))
            for first in range(0, len(files), _NAMES_A_JOB):
                found += self._hashed(here, prefix, files[first : first + _NAMES_A_JOB])
        # Who asks for a further job does so before it ends, so none is added behind this loop.
        for job in self._jobs:
            found += job.result()
        return found

    def _hashed(self, here: str, prefix: str, names: list[str]) -> list[Entry]:
        if self._waits:
            self._add(here, prefix, names)
            return []
        wall, cpu = time.monotonic(), time.thread_time()
        found = self._read(here, prefix, names)
        self._waits = time.monotonic() - wall > _WAITING * (time.thread_time() - cpu)
        return found

    def _add(self, here: str, prefix: str, names: list[str]) -> None:
        self._jobs.append(self._pool.submit(self._read, here, prefix, names))

    def _read(self, here: str, prefix: str, names: list[str]) -> list[Entry]:
        """These files of one folder; large ones among others become jobs of their own."""
        entries: list[Entry] = []
        folder = os.open(here, LISTING)
        try:
            for name in names:
                try:
                    handle = os.open(name, READING, dir_fd=folder)
                except OSError as error:
                    entries.append(_unopened(error, Path(here, name), prefix + name))
                    continue
                try:
                    status = os.fstat(handle)
                    if status.st_size > _SMALL_BYTES and len(names) > 1:
                        self._add(here, prefix, [name])
                    else:
                        entries.append(_entry(prefix + name, status, _digest(handle, status)))
                finally:
                    os.close(handle)
        finally:
            os.close(folder)
        return entries


def listed(folder: str) -> list[tuple[str, bool]]:
    """The names in a folder and which are files; raises OSError, also where a link took its place."""
    handle = os.open(folder, LISTING)
    try:
        with os.scandir(handle) as found:
            # Asked while the handle is open: some file systems do not tell kinds with names.
            return [(one.name, one.is_file(follow_symlinks=False)) for one in found]
    finally:
        os.close(handle)


def _unopened(error: OSError, place: Path, path: str) -> Entry:
    """What took a file's place; raises the error where it is a file still."""
    if error.errno in NO_FILE:
        return _described(place, path)
    raise OSError(error.errno, error.strerror, str(place))


def _described(place: Path, path: str) -> Entry:
    """What is no file, without opening it."""
    status = place.lstat()
    target = os.fspath(place.readlink()) if stat.S_ISLNK(status.st_mode) else None
    return _entry(path, status, None, target)


def _entry(path: str, status: os.stat_result, digest: str | None, target: str | None = None) -> Entry:
    mode, written, changed = status.st_mode, status.st_mtime_ns, status.st_ctime_ns
    size = 0 if digest is None else status.st_size
    return Entry(path, _kind(mode), size, mode & 0o7777, digest, status.st_ino, written, changed, target)


def _digest(handle: int, status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return None
    size = status.st_size
    if size <= _SMALL_BYTES:
        data = os.read(handle, size + 1)
        if len(data) == size:
            return hashlib.sha256(data).hexdigest()
        os.lseek(handle, 0, os.SEEK_SET)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    with open(handle, "rb", buffering=0, closefd=False) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "symlink" if stat.S_ISLNK(mode) else "other"


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write a manifest, one JSON line an entry, atomically; names that are no UTF-8 keep their bytes."""
    lines = (json.dumps(entry._asdict(), separators=(",", ":")) + "\n" for entry in entries)
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
