"""How a log is kept: a time stamp before every line, the middle of a long one left out, its header taken."""

from typing import BinaryIO

# So far a cut is moved to fall between two lines; a line longer than that is cut inside.
NEAR = 1 << 16
# Room for what tells of the cut.
MARK = 128
LONGEST_HEADER = 1 << 20
_LONGEST_STAMP = 24
_SLACK = 1 << 20


class HeaderLine:
    """Takes the first line that starts with the prefix out of what is printed, and keeps what it says."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._held = b""
        self._fresh = True
        self.says: bytes | None = None
        self.taken = 0

    def take(self, data: bytes) -> bytes:
        """What of the data is ordinary output; what may yet become the header is held back."""
        if self.says is not None:
            return data
        lead = b"\n" if self._fresh else b""
        text, begin = lead + self._held + data, len(lead)
        at = text.find(b"\n" + self._prefix)
        end = text.find(b"\n", at + 1) if at >= 0 else -1
        if end >= 0:
            self.says, self._held = text[at + 1 + len(self._prefix) : end], b""
            self.taken = end - at
            return text[begin : at + 1] + text[end + 1 :]
        at = at if at >= 0 else text.rfind(b"\n")
        line = text[at + 1 :]
        alike = self._prefix.startswith(line) or line.startswith(self._prefix)
        self._fresh = at >= 0 and alike and len(line) <= LONGEST_HEADER
        self._held = line if self._fresh else b""
        return text[begin : at + 1] if self._fresh else text[begin:]

    def rest(self) -> bytes:
        """What is held back when nothing more comes."""
        held, self._held = self._held, b""
        return held


class KeptLog:
    """Writes lines, each with its time: the first head bytes as they come, the last tail bytes at the end.

    Both count bytes of the file, stamps included; a head of None has no end. What is left out between them
    is replaced by a mark: on a line of its own where the cut falls between lines, else inside the line.
    """

    def __init__(self, file: BinaryIO, head: int | None, tail: int) -> None:
        self._file = file
        self._head, self._tail = head, tail
        self._begin = file.tell()
        self._written = self._boundary = self._head_lines = 0
        self._ring = bytearray()
        self._trimmed = False
        self._printed = self._lines = 0
        self._fresh = True
        self._width = 0

    def put(self, data: bytes, seconds: float) -> None:
        """Keep what was printed that many seconds after the start."""
        if not data:
            return
        text = self._stamped(data, seconds)
        room = len(text) if self._head is None else self._head - self._written
        if room > 0:
            part = text[:room]
            self._head_lines += part.count(b"\n")
            if b"\n" in part:
                self._boundary = self._written + part.rfind(b"\n") + 1
            self._write(part)
        self._ring += text[room:]
        if len(self._ring) > self._tail + _SLACK:
            self._trimmed = True
            del self._ring[: -(self._tail + MARK)]

    def close(self) -> None:
        """Write the tail, after a mark if something is left out."""
        if self._trimmed or len(self._ring) > self._tail:
            self._cut()
        self._write(self._ring)
        self._ring.clear()

    def _stamped(self, data: bytes, seconds: float) -> bytes:
        stamp = b"[%10.3f] " % seconds
        text = (stamp if self._fresh else b"") + data.replace(b"\n", b"\n" + stamp)
        self._fresh = data.endswith(b"\n")
        self._width = len(stamp)
        self._printed += len(data)
        self._lines += data.count(b"\n")
        return text[: -len(stamp)] if self._fresh else text

    def _cut(self) -> None:
        lines, kept = self._head_lines, self._printed_in_head()
        start, between = self._start_of_tail()
        del self._ring[:start]
        tail_lines = self._ring.count(b"\n")
        stamps = tail_lines + between - self._ring.endswith(b"\n") if self._ring else 0
        kept += len(self._ring) - stamps * self._width
        left_out = (self._printed - kept, self._lines - lines - tail_lines)
        self._write(b"[... %d bytes (%d lines) left out ...]" % left_out + b"\n" * between)

    def _printed_in_head(self) -> int:
        """Take an unfinished line off the head unless it is long; how much of the head was printed."""
        assert self._head is not None
        stamps = self._head_lines
        if self._written - self._boundary > _near(self._head):
            stamps += 1
        else:
            self._written = self._boundary
            self._file.truncate(self._begin + self._boundary)
            self._file.seek(self._begin + self._boundary)
        return self._written - stamps * self._width

    def _start_of_tail(self) -> tuple[int, bool]:
        """Where in the ring the tail starts, and whether that is between two lines."""
        room = max(0, self._tail - MARK)
        start = len(self._ring) - room
        line = self._ring.find(b"\n", start - 1, start - 1 + _near(room)) + 1
        if line or not room:
            return line or start, True
        # Never inside a stamp: a line that has just begun is kept whole.
        line = self._ring.rfind(b"\n", start - self._width, start) + 1
        return (line, True) if line else (start, False)

    def _write(self, text: bytes | bytearray) -> None:
        self._written += len(text)
        view = memoryview(text)
        while view:
            view = view[self._file.write(view) :]


def _near(room: int) -> int:
    return max(_LONGEST_STAMP, min(NEAR, room // 2))
