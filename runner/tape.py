"""What tarfile reads an untrusted archive from: only forward, in pieces, and never many headers at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

# At once, and so the longest header.
CHUNK = 1 << 18
# All headers of one member: tarfile keeps some hundred bytes of memory for each few of theirs, such as a
# sparse file's map, which is read without an end.
HEADERS_BYTES = 1 << 20


class BadArchiveError(Exception):
    """What is wrong with an archive, by its maker's fault: a reason, and a sentence about the archive."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


def unsafe(message: str) -> BadArchiveError:
    """An archive that nobody should unpack."""
    return BadArchiveError("unsafe_archive", message)


def damaged(message: str) -> BadArchiveError:
    """An archive that is none any more."""
    return BadArchiveError("archive_damaged", f"is damaged: {message}")


def over_limit() -> BadArchiveError:
    """An archive of more than may be handed in."""
    return BadArchiveError("output_limit", "unpacks to more than the limit on output")


class Source(Protocol):
    """Something to read from the beginning to the end."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class Tape:
    """A source that no header can make turn in circles, and with a limit on all that is read."""

    def __init__(self, source: Source, limit_bytes: int) -> None:
        self._source = source
        self._limit = limit_bytes
        self._at = 0
        self._headers: int | None = None
        self.last = b""

    @contextmanager
    def headers(self) -> Iterator[None]:
        """While this lasts, what is read is the headers of one member."""
        self._headers = 0
        try:
            yield
        finally:
            self._headers = None

    def tell(self) -> int:
        """The bytes read so far."""
        return self._at

    def seek(self, position: int) -> None:
        """Pass over what lies before; raises BadArchiveError."""
        if position < self._at:
            raise damaged("a member lies inside another")
        while self._at < position:
            if not self._read(min(CHUNK, position - self._at)):
                raise damaged("it ends early")

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end; raises BadArchiveError."""
        if not 0 <= size <= CHUNK:
            raise unsafe("has a header of more than 256 KiB")
        data = self._read(size)
        if self._headers is not None:
            self._headers += len(data)
            if self._headers > HEADERS_BYTES:
                raise unsafe("has a member with more than 1 MiB of headers")
        return data

    def _read(self, size: int) -> bytes:
        parts = []
        left = size
        while left and (part := self._source.read(left)):
            parts.append(part)
            left -= len(part)
        self.last = b"".join(parts)
        self._at += len(self.last)
        if self._at > self._limit:
            raise over_limit()
        return self.last
