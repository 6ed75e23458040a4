"""Manifests against sha256sum on all cores, and copies against cp, of the same files in the same run."""

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from runner.copying import copy_tree
from runner.manifest import scan

ROUNDS = 3
MANY = 1000
MIB = 1 << 20
# How many files of how many bytes: 256 MiB, or very many.
FOLDERS = {"1 file of 256 MiB": (1, 256 * MIB), "256 of 1 MiB": (256, MIB), "20,000 of 1 kB": (20_000, 1000)}


def filled(folder: Path, count: int, size: int) -> Path:
    """A folder of files of noise, 200 in each folder below."""
    noise = Random(1)
    for number in range(count):
        place = folder / f"{number // 200:03}" / f"file{number:05}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            for at in range(0, size, MIB):
                stream.write(noise.randbytes(min(MIB, size - at)))
    return folder


def seconds(work: Callable[[], object], target: Path) -> float:
    shutil.rmtree(target, ignore_errors=True)
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def ratio(
    ours: Callable[[], object], theirs: Callable[[], object], target: Path, rounds: int = ROUNDS
) -> str:
    """Ours over theirs, the median of pairs after a first that does not count, and both in milliseconds."""
    pairs = [(seconds(ours, target), seconds(theirs, target)) for _ in range(rounds + 1)][1:]
    mine, other = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    return f"{statistics.median(a / b for a, b in pairs):.2f} x ({mine:.0f} ms against {other:.0f} ms)"


def hashed(folder: Path) -> None:
    """What a shell does on all cores."""
    cores = len(os.sched_getaffinity(0))
    script = f"find . -type f -print0 | xargs -0 -P {cores} sha256sum"
    subprocess.run(["bash", "-c", script], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.benchmark
@pytest.mark.timeout(900)
def test_manifests_and_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for number, (name, (count, size)) in enumerate(FOLDERS.items()):
        folder, target = filled(tmp_path / str(number), count, size), tmp_path / "copy"
        cp = ["cp", "--reflink=auto", "-a", str(folder), str(target)]
        listed = ratio(partial(scan, folder), partial(hashed, folder), target)
        # cp alone takes a quarter of a minute for very many files.
        rounds = ROUNDS if count < MANY else 1
        copy = partial(copy_tree, folder, target), partial(subprocess.run, cp, check=True)
        copied = ratio(*copy, target, rounds)
        rows.append((name, listed, copied))
        shutil.rmtree(folder)
    with capsys.disabled():
        print("\nA manifest, sha256sum on all cores = 1 (goal: 1.2); a copy, cp --reflink=auto -a = 1:")
        for name, listed, copied in rows:
            print(f"  {name}: manifest {listed}; copy {copied}")
