"""Submissions handed in as tar files: unpacked whole or not at all, and never outside their folder."""

import gzip
import hashlib
import lzma
import os
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from runner.copying import remove_tree
from runner.tape import CHUNK, BadArchiveError, Source
from runner.unpacking import Unpacker
from validators.roots import ARCHIVES

SPELLED = ", ".join(ARCHIVES)
# What an agent calls its folder, and so the folder that most archives hold.
TOP = "submission"
SCRIPT = "reproduce.sh"
_GZIP, _XZ, _ZSTD = b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
# xz -9 asks for 65 MiB; a file may ask for gigabytes.
_XZ_MEMORY = 256 << 20
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


@dataclass(frozen=True)
class Unpacked:
    """What came of an archive: sha256 of the file as it was read, and what is wrong with it, if anything.

    left_out are members that are no files, links_out links that lead out, both as paths from the submission's
    root.
    """

    digest: str
    left_out: tuple[str, ...] = ()
    links_out: tuple[str, ...] = ()
    fault: BadArchiveError | None = None


class _Hashed:
    """The file's bytes, digested as they go by, so that what is unpacked is what was digested."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        """At most so many bytes."""
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def digest(self) -> str:
        """The digest of the whole file."""
        while self.read():
            pass
        return self._hash.hexdigest()


class _Xz:
    """What an xz file holds, with the limit on memory that LZMAFile lacks."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._engine = self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """At most so many bytes; raises EOFError where the file is cut off."""
        while True:
            data = b""
            if self._engine.eof:
                data = (self._engine.unused_data or self._source.read(CHUNK)).lstrip(b"\0")
                if not data:
                    return b""
                self._engine = self._fresh()
            elif self._engine.needs_input:
                data = self._source.read(CHUNK)
                if not data:
                    raise EOFError("it ends early")
            found = self._engine.decompress(data, size)
            if found:
                return found


class _Plain:
    """The archive without its compression, every fault of which is the archive's."""

    def __init__(self, source: Source, start: bytes) -> None:
        self._source = source
        if start.startswith(_GZIP):
            self._source = gzip.GzipFile(fileobj=source, mode="rb")  # type: ignore[call-overload]
        elif start.startswith(_XZ):
            self._source = _Xz(source)

    def read(self, size: int) -> bytes:
        """At most so many bytes; raises BadArchiveError."""
        try:
            return self._source.read(size)
        except _BROKEN as error:
            raise BadArchiveError("archive_damaged", f"is damaged: {error}") from None


def refusal(path: Path) -> str | None:
    """Why this file cannot be handed in; None when it can be. Only its beginning is read; raises OSError."""
    with path.open("rb") as stream:
        start = stream.read(len(_XZ))
        stream.seek(0)
        if start.startswith(_ZSTD):
            return "is compressed with zstd, which Python cannot read; use gzip or xz"
        block = b""
        if path.name.endswith(ARCHIVES):
            try:
                block = _Plain(stream, start).read(tarfile.BLOCKSIZE)
                tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            except (BadArchiveError, tarfile.HeaderError):
                # An archive of nothing is one still; what becomes of it is decided later.
                if block != bytes(tarfile.BLOCKSIZE):
                    block = b""
    return None if block else f"is neither a folder nor a tar file ({SPELLED})"


def unpack(archive: Path, target: Path, limit_bytes: int) -> Unpacked:
    """Unpack into a new folder, or leave none; one top folder is taken off where it can only be the root.

    Raises OSError for what is the machine's fault.
    """
    draft = target.with_name(f".{target.name}.unpacking")
    remove_tree(draft)
    try:
        with archive.open("rb", buffering=0) as stream:
            start = stream.read(len(_XZ))
            stream.seek(0)
            source = _Hashed(stream)
            unpacked = _unpacked(source, _Plain(source, start), draft, limit_bytes)
        if unpacked.fault is None:
            _top(draft).rename(target)
    finally:
        remove_tree(draft)
    return unpacked


def _unpacked(source: _Hashed, plain: Source, draft: Path, limit_bytes: int) -> Unpacked:
    draft.mkdir(parents=True)
    unpacker = Unpacker(plain, draft, limit_bytes)
    try:
        unpacker.run()
        top = os.path.relpath(_top(draft), draft)
        below = "" if top == "." else f"{top}/"
        links = unpacker.leave_out_links(below)
    except BadArchiveError as error:
        return Unpacked(source.digest(), fault=error)
    left_out = sorted(path.removeprefix(below) for path in unpacker.left_out)
    return Unpacked(source.digest(), tuple(left_out), tuple(sorted(links)))


def _top(folder: Path) -> Path:
    """The root of the submission in what was unpacked."""
    while True:
        found = list(folder.iterdir())
        if len(found) != 1 or found[0].is_symlink() or not found[0].is_dir():
            return folder
        if found[0].name != TOP and not (found[0] / SCRIPT).is_file():
            return folder
        folder = found[0]
