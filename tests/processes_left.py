"""What a test's runs left behind on this machine: processes, mounts, loop devices."""

import os
from pathlib import Path

NAMES = ("starter", "appinit", "squashfuse_ll", "fuse-overlayfs", "fuse2fs")


def left_behind(folder: Path) -> list[str]:
    """Processes that name the folder or work in it, containers of ours, mounts and loop devices below it."""
    return [*_processes(folder), *_mounts(folder), *_loops(folder)]


def _processes(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            status = (process / "stat").read_text()
            if status.rpartition(")")[2].split()[0] in "ZX":
                continue
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
