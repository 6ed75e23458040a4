"""Which processes there are, from /proc: parents, sessions, states, start times, environments."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

# Without pathlib and hashlib until they are asked for: every supervisor reads this before it starts.
_PROC = "/proc"
_DEAD = "ZX"
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# After that, and on a machine that starts very many, a process id may belong to another session.
SESSION_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Process:
    """One process; pid and start time together name it for good (on one boot)."""

    pid: int
    parent: int
    state: str
    start: int
    session: int
    threads: int

    @property
    def alive(self) -> bool:
        """Whether it can still act; a zombie cannot, unless only its first thread has ended."""
        return self.state not in _DEAD or self.threads > 1


def process(pid: int) -> Process | None:
    """The process of this id; None when there is none."""
    text = read(str(pid), "stat")
    if not text:
        return None
    # The name, in parentheses, may itself hold blanks and parentheses.
    fields = text[text.rfind(b")") + 2 :].split()
    return Process(
        pid, int(fields[1]), fields[0].decode(), int(fields[19]), int(fields[3]), int(fields[17])
    )  # fmt: skip


def read(place: str, name: str) -> bytes:
    """What /proc says; nothing where the process has gone or does not let us."""
    try:
        handle = os.open(f"{_PROC}/{place}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(handle, "rb", buffering=0) as stream, suppress(OSError):
        return stream.read()
    return b""


def places(pid: int) -> Iterator[str]:
    """Where /proc tells of a process: where its first thread has ended, only its other threads tell."""
    yield str(pid)
    with suppress(OSError), os.scandir(f"{_PROC}/{pid}/task") as entries:
        yield from [f"{pid}/task/{entry.name}" for entry in entries if entry.name != str(pid)]


def processes() -> list[Process]:
    """Every process that can be seen."""
    with os.scandir(_PROC) as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
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


def of_session(leader: int, start: int) -> list[Process]:
    """Every living process in the session that the process of this id and start time began.

    What began it may have gone. Its id is not given away while a member lives, but may be once all are
    gone: then it leads other processes now, and they are left alone.
    """
    everyone = processes()
    if any(found.pid == leader and found.start != start for found in everyone):
        return []
    members = [found for found in everyone if found.alive and found.session == leader]
    latest = start + SESSION_SECONDS * _TICKS_PER_SECOND
    ours = any(start <= found.start <= latest for found in members)
    return members if ours else []


def with_variable(matches: Callable[[bytes], bool]) -> list[Process]:
    """Every living process one of whose starting variables, as NAME=value, matches."""
    return [found for found in processes() if found.alive and any(map(matches, _environment(found.pid)))]


def _environment(pid: int) -> list[bytes]:
    return next(filter(None, (read(place, "environ") for place in places(pid))), b"").split(b"\0")


def pid_depth(pid: int) -> int:
    """In how many PID namespaces the process has an id, as far as /proc shows; 0 when it cannot be told."""
    for line in read(str(pid), "status").splitlines():
        if line.startswith(b"NSpid:"):
            return len(line.split()) - 1
    return 0


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


def kill_below(pid: int, alive: list[Process]) -> None:
    """SIGKILL to all below a process, but stop all first: who forks faster than we look would get away."""
    known: dict[int, Process] = {}
    for _ in range(20):
        fresh = [found for found in alive if found.pid not in known]
        if not fresh:
            break
        for found in fresh:
            known[found.pid] = found
            send(found, signal.SIGSTOP)
        alive = descendants([pid])
    for found in known.values():
        send(found, signal.SIGKILL)


def namespace(pid: int) -> str:
    """The mount namespace of a process; raises OSError where it has gone or does not let us."""
    return os.readlink(f"{_PROC}/{pid}/ns/mnt")  # noqa: PTH115 (see above)


def name_of(pid: int) -> str:
    """What the process is called, in 15 characters at most; empty when it has gone."""
    return read(str(pid), "comm").decode(errors="replace").rstrip("\n")


def start_time(pid: int) -> int:
    """When the process started, in ticks since boot; 0 when it has gone."""
    found = process(pid)
    return found.start if found else 0


def machine() -> str:
    """This machine since its last boot, and this view of its process ids."""
    from pathlib import Path  # noqa: PLC0415 (see above)

    try:
        boot = Path(_PROC, "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path(_PROC, 'self/ns/pid').readlink()}"
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
    import hashlib  # noqa: PLC0415 (see above)

    return hashlib.sha256(machine().encode()).hexdigest()[:8]
