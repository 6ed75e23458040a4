"""The members of an untrusted tar file, written one by one into a folder that nobody else has."""

import os
import stat
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.copying import LONGEST_PATH, copy_file
from runner.tape import CHUNK, Source, Tape, damaged, over_limit, unsafe

MOST_MEMBERS = 100_000
# What headers and padding may take beside the files.
OVERHEAD_BYTES = 512 << 20
_LONGEST_NAME = 255
_MOST_GLOBALS = 100
# As the kernel, which follows no more in one path.
_MOST_LINKS = 40
_MOST_STEPS = 4000
_LAST_SECOND = 1 << 33
_ZEROS = bytes(CHUNK)
# A second opinion, which Python has from 3.11.4 on; all that it refuses is refused here anyway.
_FILTER = getattr(tarfile, "data_filter", None)
# What the filter says of a link that leads out; older Pythons have neither.
_LINKS_OUT = tuple(
    getattr(tarfile, name)
    for name in ("AbsoluteLinkError", "LinkOutsideDestinationError")
    if hasattr(tarfile, name)
)
# What tarfile raises on headers that are none.
_CONFUSED = (tarfile.TarError, ValueError, LookupError, ArithmeticError, TypeError, RecursionError)


class Unpacker:
    """Writes an archive's files, folders and links into a folder of its own.

    It never opens what it did not make: a parent is a folder that it made itself, and a file is always new.
    """

    def __init__(self, source: Source, root: Path, limit_bytes: int) -> None:
        self._tape = Tape(source, limit_bytes + OVERHEAD_BYTES)
        self._root = root
        self._room = limit_bytes
        self._members = 0
        self._folders = {""}
        self._links: dict[str, str] = {}
        self.left_out: list[str] = []

    def run(self) -> None:
        """Write everything; raises BadArchiveError, with what was written until then left there."""
        tar = None
        while True:
            try:
                with self._tape.headers():
                    # Its constructor reads a first header already.
                    tar = tar or tarfile.TarFile(
                        fileobj=self._tape,  # type: ignore[arg-type]
                        encoding="utf-8",
                        errors="surrogateescape",
                    )
                    member = tar.next()
                tar.members.clear()  # type: ignore[attr-defined]  # it would keep them all
                known = tar.pax_headers
            except _CONFUSED as error:
                raise damaged(str(error)) from None
            if member is None:
                break
            if len(known) > _MOST_GLOBALS or sum(map(len, known.values())) > CHUNK:
                raise unsafe("has too many global headers")
            self._member(member)
        # Only a block of zeros ends an archive; tarfile also stops, without a word, at a broken header.
        if self._tape.last != bytes(tarfile.BLOCKSIZE):
            raise damaged("it ends early, or a header is broken")
        # What is left has no meaning, but its checksum must hold.
        while self._tape.read(CHUNK):
            pass

    def leave_out_links(self, below: str) -> list[str]:
        """Remove every link that leads out of this folder, named with a / at its end or not at all; which."""
        links = {path.removeprefix(below): target for path, target in self._links.items()}
        out = [path for path in links if leads_out(path, links)]
        for path in out:
            (self._root / f"{below}{path}").unlink()
        return out

    def _member(self, member: tarfile.TarInfo) -> None:
        self._count()
        parts = safe_parts(member.name)
        self._tape.seek(member.offset_data)
        if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
            self.left_out.append("/".join(parts))
            return
        if member.size < 0 or not (parts or member.isdir()):
            raise damaged("a member without name or size")
        target = self._target(member)
        if _FILTER is not None:
            try:
                member = _FILTER(member, os.fspath(self._root))
            except _LINKS_OUT:
                # Nothing is written through a link, and those that lead out are removed in the end.
                pass
            except tarfile.FilterError as error:
                raise unsafe(f"is refused by Python's filter: {error}") from None
        self._folder(parts if member.isdir() else parts[:-1])
        if not member.isdir():
            self._write(member, "/".join(parts), target)

    def _count(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise unsafe(f"has more than {MOST_MEMBERS:,} members")

    def _take(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise over_limit()

    def _target(self, member: tarfile.TarInfo) -> str:
        """Where a link leads, from itself or, if it is a hard one, from the root; empty for all others."""
        if member.islnk():
            parts = safe_parts(member.linkname)
            inside = "/".join(parts[:-1]) in self._folders
            if not inside or not self._is_file("/".join(parts)) or parts == safe_parts(member.name):
                raise damaged(f"{member.name} is a hard link to no file that came before")
            return "/".join(parts)
        if not member.issym():
            return ""
        target = member.linkname
        if not target or "\0" in target or _length(target) > LONGEST_PATH:
            raise unsafe(f"holds the link {member.name}, which leads nowhere")
        return target

    def _is_file(self, path: str) -> bool:
        try:
            return stat.S_ISREG(os.lstat(self._root / path).st_mode)
        except FileNotFoundError:
            return False

    def _folder(self, parts: Sequence[str]) -> None:
        """Have this folder, and all above it."""
        if "/".join(parts) in self._folders:
            return
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            if path in self._folders:
                continue
            self._count()
            try:
                (self._root / path).mkdir()
            except FileExistsError:
                raise unsafe(f"has the folder {path} where it has a link or a file too") from None
            self._folders.add(path)

    def _write(self, member: tarfile.TarInfo, path: str, target: str) -> None:
        if path in self._folders:
            raise unsafe(f"has a link or a file where it has the folder {path} too")
        place = self._root / path
        # As tar does, the later of two takes the place of the earlier.
        place.unlink(missing_ok=True)
        self._links.pop(path, None)
        if member.issym():
            place.symlink_to(target)
            self._links[path] = target
        elif member.islnk():
            self._take((self._root / target).lstat().st_size)
            copy_file(self._root / target, place)
        else:
            self._take(member.size)
            self._file(member, place)

    def _file(self, member: tarfile.TarInfo, place: Path) -> None:
        pieces: Sequence[tuple[int, int]] = getattr(member, "sparse", None) or [(0, member.size)]
        with place.open("xb") as stream:
            end = 0
            for start, size in pieces:
                if start < end or size < 0 or start + size > member.size:
                    raise damaged(f"{member.name} is larger than it says")
                end = start + size
                for at in range(start, end, CHUNK):
                    data = self._tape.read(min(CHUNK, end - at))
                    if len(data) < min(CHUNK, end - at):
                        raise damaged("it ends early")
                    if data != _ZEROS:
                        stream.seek(at)
                        stream.write(data)
            if stream.tell() < member.size:
                stream.truncate(member.size)
            os.fchmod(stream.fileno(), (member.mode or 0) & 0o755 | 0o600)
            stream.flush()
            if 0 <= member.mtime < _LAST_SECOND:
                os.utime(stream.fileno(), (member.mtime, member.mtime))


def _length(name: str) -> int:
    try:
        return len(os.fsencode(name))
    except UnicodeEncodeError:
        raise unsafe("holds a name that no file can have") from None


def safe_parts(name: str) -> list[str]:
    """The parts of a member's name; raises BadArchiveError for one that could lead elsewhere."""
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts:
        raise unsafe(f"holds {name}, which lies outside of it")
    if "\0" in name or any(_length(part) > _LONGEST_NAME for part in parts) or _length(name) > LONGEST_PATH:
        raise unsafe(f"holds a name of more than {LONGEST_PATH} bytes, or one that no file can have")
    return parts


def leads_out(link: str, links: Mapping[str, str]) -> bool:
    """Whether who follows a link leaves the root, links by path being all that there are.

    Sound whatever else is there: a missing folder is taken for one that exists.
    """
    place, ahead = link.split("/"), [""]
    followed = 0
    for _ in range(_MOST_STEPS):
        target = links.get("/".join(place))
        if target is not None:
            followed += 1
            if followed > _MOST_LINKS:
                return False
            if target.startswith("/"):
                return True
            place.pop()
            ahead += reversed(target.split("/"))
        if not ahead:
            return False
        step = ahead.pop()
        if step == "..":
            if not place:
                return True
            place.pop()
        elif step not in {"", "."}:
            place.append(step)
    return True
