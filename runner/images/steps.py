"""The steps of a build as its log tells them, and showing them."""

import re
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

# What Apptainer says of itself, and what our scripts do.
_STEP = re.compile(rb"(?:INFO:\s+|==> )([^\r\n]+)")
# Apptainer's words that worry people for nothing, and a name that is gone a moment later.
_NOISE = ("Non-gzip squashfs compression", "To see mksquashfs output", "Build complete")
_AGAIN_SECONDS = 30.0


class Steps:
    """Listens to a build's log and notes each new step with the time since its start, in seconds."""

    def __init__(self, name: str, note: Callable[[str], None], *, often: bool = False) -> None:
        """often: note the step each second too, for a line that is written over."""
        self._name, self._note = name, note
        self._begin = time.monotonic()
        self._step = "starting"
        self._rest = b""
        self._over = threading.Event()
        self._pause = 1.0 if often else _AGAIN_SECONDS
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._say()
        self._ticking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._ticking.join()

    def hear(self, data: bytes) -> None:
        """Take a piece of the log."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            # A shell that traces its commands shows each echo twice.
            if (found := _STEP.search(line)) and b"+ echo" not in line:
                step = found[1].decode(errors="replace").strip()
                if not step.startswith(_NOISE):
                    self._step = step
                    self._say()

    def _tick(self) -> None:
        while not self._over.wait(self._pause):
            self._say()

    def _say(self) -> None:
        self._note(f"{self._name}: {self._step} ({time.monotonic() - self._begin:.0f} s)")


class Line:
    """Notes on standard error: one line written over on a terminal, else a line each."""

    def __init__(self) -> None:
        self.over = sys.stderr.isatty()
        self._open = False
        self._lock = threading.Lock()

    def step(self, text: str) -> None:
        """What is being done now."""
        with self._lock:
            if self.over:
                sys.stderr.write(f"\r\x1b[K{text[:150]}")
                self._open = True
            else:
                sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def note(self, text: str) -> None:
        """Something that stays."""
        with self._lock:
            sys.stderr.write(f"{self._end()}{text}\n")
            sys.stderr.flush()

    def _end(self) -> str:
        before = "\r\x1b[K" if self._open else ""
        self._open = False
        return before
