"""What a test's runs left behind on this machine: processes, mounts, loop devices."""

import os
from pathlib import Path

NAMES = ("starter", "appinit", "squashfuse_ll", "fuse-overlayfs", "fuse2fs")


def left_behind(folder: Path) -> list[str]:
    """Processes in the folder or naming it, what containers lost, mounts and loop devices below it."""
    return [*_processes(folder), *_lost(), *_mounts(folder), *_loops(folder)]


def _stat(process: Path) -> list[str]:
    """The fields after the name: state, parent, group, session; those of a dead one when it has gone."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["X", "0", "0", "0"]


def _lost() -> list[str]:
    """Processes of Apptainer's whose session has lost its leader: nothing of theirs names a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        state, _, _, session = _stat(process)[:4]
        if state in "ZX" or _stat(Path("/proc", session))[0] not in "ZX":
            continue
        try:
            name, owner = (process / "comm").read_text().strip(), process.stat().st_uid
        except OSError:
            continue
        if name in NAMES and owner == os.geteuid():
            found.append(f"lost process {process.name}: {name}")
    return found


def _processes(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        if _stat(process)[0] in "ZX":
            continue
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            told += os.fsencode((process / "cwd").readlink())
        except OSError:
            continue
        if os.fsencode(folder) in told:
            found.append(f"process {process.name}: {told[:200]!r}")
    return found


def _mounts(folder: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [f"mount {line}" for line in lines if str(folder) in line]


def _loops(folder: Path) -> list[str]:
    found = []
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        name = backing.read_text().strip()
        if str(folder) in name:
            found.append(f"loop device {backing} of {name}")
    return found
