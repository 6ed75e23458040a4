"""What a family of processes holds in memory, files in its own memory file systems included."""

import os
from collections.abc import Iterable
from contextlib import suppress

from runner.procfs import namespace, places, read

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_KIB = 1024


def memory_bytes(pids: Iterable[int]) -> int:
    """What the processes hold, shared pages counted once where the kernel tells.

    What lies in memory file systems that they alone see, such as a container's /dev/shm, counts always.
    """
    pids = list(pids)
    told = [_told(pid) for pid in pids]
    shared = sum(part for _, part in told)
    return sum(whole for whole, _ in told) + max(0, _stored(pids) - shared)


def _told(pid: int) -> tuple[int, int]:
    """What a process holds, and how much of it is shared memory."""
    return next((found for place in places(pid) if (found := _told_at(place))[0]), (0, 0))


def _told_at(place: str) -> tuple[int, int]:
    lines = read(place, "smaps_rollup").splitlines()
    sizes = {line.split()[0]: int(line.split()[1]) * _KIB for line in lines if line.startswith(b"Pss")}
    if b"Pss:" in sizes:
        return sizes[b"Pss:"], sizes.get(b"Pss_Shmem:", 0)
    # A process can make its maps unreadable, but not how many pages it has.
    pages = [int(count) * _PAGE_BYTES for count in read(place, "statm").split()]
    return (pages[1], pages[2]) if pages else (0, 0)


def _stored(pids: list[int]) -> int:
    """What the memory file systems hold that are mounted where these processes are, and not here."""
    known = set(_mounted("self"))
    seen: dict[str, int] = {}
    used: dict[int, int] = {}
    for pid in pids:
        with suppress(OSError):
            seen.setdefault(namespace(pid), pid)
    for pid in seen.values():
        for device, point in _mounted(str(pid)).items():
            if device not in known:
                with suppress(OSError):
                    used[device] = _used(f"/proc/{pid}/root{point}", device)
    return sum(used.values())


def _mounted(place: str) -> dict[int, str]:
    """The memory file systems that a process sees, by device, and where."""
    found = {}
    for line in read(place, "mountinfo").decode(errors="surrogateescape").splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("tmpfs "):
            _, _, device, root, point = fields.split()[:5]
            major, minor = map(int, device.split(":"))
            if root == "/":
                found[os.makedev(major, minor)] = point
    return found


def _used(path: str, device: int) -> int:
    # What lies in its place may be another by now.
    if os.lstat(path).st_dev != device:
        return 0
    status = os.statvfs(path)
    return (status.f_blocks - status.f_bfree) * status.f_frsize
