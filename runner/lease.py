"""Who runs a run: one lease file per run folder, refreshed while held, taken over when its holder is gone."""

import json
import os
import socket
import threading
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from runner import procfs
from runner.clock import instant
from runner.errors import PaperbenchError

HEARTBEAT_SECONDS = 10.0
STALE_SECONDS = 120.0
LEASE = "lease.json"


@dataclass(frozen=True)
class Holder:
    """Who holds a lease; machine is this boot and this view of process ids."""

    host: str
    pid: int
    start: int
    machine: str
    token: str
    since: str


class LeaseLostError(PaperbenchError):
    """Somebody else took the run over."""


def _myself() -> Holder:
    pid = os.getpid()
    return Holder(
        socket.gethostname(), pid, procfs.start_time(pid), procfs.machine(), uuid.uuid4().hex[:12], instant()
    )


def read_holder(path: Path) -> Holder | None:
    """Who holds the lease file; None when nobody does."""
    try:
        return Holder(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise PaperbenchError(f"{path} is damaged; remove it when nobody runs this run") from None


def is_live(holder: Holder, heartbeat_age: float) -> bool:
    """Whether the holder may still be at work: by its process here, by its heartbeat elsewhere."""
    if holder.machine == procfs.machine() != "unknown":
        return procfs.same(holder.pid, holder.start)
    return heartbeat_age < STALE_SECONDS


def live_holder(folder: Path) -> Holder | None:
    """Who is running the run in this folder right now, as far as this machine can tell."""
    path = folder / LEASE
    holder = read_holder(path)
    return holder if holder and is_live(holder, _age(path)) else None


class _Contender:
    """One process that wants a lease; its own file tells the file server's time."""

    def __init__(self, folder: Path) -> None:
        self.me = _myself()
        self.file = folder / f".lease.{procfs.signature()}.{self.me.token}"
        with self.file.open("xb") as stream:
            stream.write(json.dumps(asdict(self.me), indent=1).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def win(self, path: Path) -> None:
        """Hold the lease at this path; raises PaperbenchError when a live holder has it."""
        try:
            os.link(self.file, path)
        except FileExistsError:
            self._take_over(path)

    def _take_over(self, path: Path) -> None:
        holder = read_holder(path)
        if holder is None:
            self.win(path)
            return
        self._refuse_live(path, holder)
        # Whoever wants to replace a stale lease first wins the right to: a lease named after it.
        claim = path.with_name(f"{path.name}.{holder.token}")
        self.win(claim)
        try:
            now = read_holder(path)
            if now is None or now.token != holder.token:
                raise PaperbenchError("another process has just taken this run over; see 'paperbench status'")
            fresh = path.with_name(f"{self.file.name}.link")
            os.link(self.file, fresh)
            fresh.replace(path)
        finally:
            claim.unlink(missing_ok=True)

    def _refuse_live(self, path: Path, holder: Holder) -> None:
        try:
            age = self.file.stat().st_mtime - path.stat().st_mtime
        except FileNotFoundError:
            age = 0.0
        if is_live(holder, age):
            raise PaperbenchError(
                f"this run is being run by process {holder.pid} on host {holder.host} since {holder.since}; "
                "wait for it, or stop it and resume"
            )


class Lease:
    """A held lease, kept fresh by a thread until released."""

    def __init__(self, folder: Path) -> None:
        """Take the run's lease; raises PaperbenchError naming the holder when somebody else has it."""
        self._path = folder / LEASE
        contender = _Contender(folder)
        try:
            contender.win(self._path)
        finally:
            contender.file.unlink(missing_ok=True)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        self._over = threading.Event()
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)
        self._thread.start()
        _tidy(folder)

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            if not self.held():
                self.lost.set()
                return

    def held(self) -> bool:
        """Refresh the heartbeat; False when the lease has been replaced."""
        try:
            # By handle, so that a lease that replaced ours is never touched.
            os.utime(self._handle)
            return os.fstat(self._handle).st_nlink > 0
        except OSError:
            return False

    def release(self) -> None:
        """Give the lease back."""
        self._over.set()
        self._thread.join()
        if self.held():
            self._path.unlink(missing_ok=True)
        os.close(self._handle)


def _tidy(folder: Path) -> None:
    """Remove what contenders that died half-way left."""
    for leftover in folder.glob(".lease.*"):
        if procfs.abandoned(leftover.name.split(".")[2]) or _age(leftover) > STALE_SECONDS:
            leftover.unlink(missing_ok=True)
    for claim in folder.glob(f"{LEASE}.*"):
        holder = read_holder(claim)
        if holder is not None and not is_live(holder, _age(claim)):
            claim.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
