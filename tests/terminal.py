"""Runs the command on a terminal of its own."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LINES = 24


def on_a_terminal(columns: int, *arguments: str, plain: bool = True) -> list[str]:
    """The lines that the command prints on a terminal of so many columns, without colours if plain."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "runner", *arguments]
    with subprocess.Popen(
        command, stdout=theirs, stdin=theirs, env=environment | {"TERM": "xterm"}, cwd=CHECKOUT
    ) as process:
        os.close(theirs)
        text = b"".join(_read(ours)).decode()
        assert process.wait() == 0
    os.close(ours)
    return [line.rstrip() for line in (_COLOURS.sub("", text) if plain else text).splitlines()]


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            return
        if not data:
            return
        yield data
