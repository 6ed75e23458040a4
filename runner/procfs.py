"""Which processes there are, from /proc: parents, states, start times, environments."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_DEAD = "ZX"


@dataclass(frozen=True, slots=True)
class Process:
    """One process; pid and start time together name it for good (on one boot)."""

    pid: int
    parent: int
    state: str
    start: int

    @property
    def alive(self) -> bool:
        """Whether it can still act; a zombie cannot."""
        return self.state not in _DEAD


def process(pid: int) -> Process | None:
    """The process of this id; None when there is none."""
    try:
        text = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name, in parentheses, may itself hold blanks and parentheses.
    fields = text[text.rfind(b")") + 2 :].split()
    return Process(pid, int(fields[1]), fields[0].decode(), int(fields[19]))


def processes() -> list[Process]:
    """Every process that can be seen."""
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [found for found in map(process, pids) if found is not None]


def descendants(roots: Iterable[int]) -> list[Process]:
    """Every process below the given ones that can still act."""
    children: dict[int, list[Process]] = {}
    for found in processes():
        children.setdefault(found.parent, []).append(found)
    below: list[Process] = []
    stack = list(roots)
    while stack:
        for child in children.get(stack.pop(), ()):
            below.append(child)
            stack.append(child.pid)
    return [found for found in below if found.alive]


def with_variable(matches: Callable[[bytes], bool]) -> list[Process]:
    """Every living process one of whose starting variables, as NAME=value, matches."""
    return [found for found in processes() if found.alive and any(map(matches, _environment(found.pid)))]


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def same(pid: int, start: int) -> bool:
    """Whether the process of this id and start time can still act."""
    found = process(pid)
    return found is not None and found.alive and found.start == start


def send(target: Process, number: signal.Signals) -> None:
    """Send a signal, unless the process has gone or its id has passed to another."""
    if same(target.pid, target.start):
        try:
            os.kill(target.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def memory_bytes(pids: Iterable[int]) -> int:
    """What the processes hold in memory, shared pages counted once."""
    return sum(map(_memory, pids))


def _memory(pid: int) -> int:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        return 0
    return 0


def start_time(pid: int) -> int:
    """When the process started, in ticks since boot; 0 when it has gone."""
    found = process(pid)
    return found.start if found else 0


def machine() -> str:
    """This machine since its last boot, and this view of its process ids."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return "unknown"


def signature() -> str:
    """This process for good, as part of a file's name: machine, process id, start time."""
    pid = os.getpid()
    return f"{_machine_mark()}-{pid}-{start_time(pid)}"


def abandoned(signed: str) -> bool:
    """Whether the process that signed like this ran on this machine and is gone."""
    mark, _, rest = signed.partition("-")
    pid, _, start = rest.partition("-")
    known = mark == _machine_mark() and pid.isdigit() and start.isdigit()
    return known and not same(int(pid), int(start))


def _machine_mark() -> str:
    return hashlib.sha256(machine().encode()).hexdigest()[:8]
