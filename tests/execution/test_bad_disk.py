"""Runs folders that cannot be written: one line, exit 1, nothing half made."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.execution.bench import Bench
from tests.small_disks import small_file_system


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    with small_file_system(tmp_path / "disk", "size=1m,nr_inodes=200") as folder:
        yield folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def fill(folder: Path, leave: int) -> None:
    """Fill the disk but for so many bytes."""
    with (folder / "filler").open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            pass
    with (folder / "filler").open("r+b") as stream:
        stream.truncate((folder / "filler").stat().st_size - leave)


def test_planning_on_a_full_disk(bench: Bench, small_disk: Path) -> None:
    fill(small_disk, leave=4096)
    before = files(small_disk)
    answer = bench.call("run", "tiny-run", "--runs", str(small_disk))
    assert answer.status == 1
    assert "No space left on device" in answer.line
    assert files(small_disk) == before


def test_a_disk_that_fills_up_during_the_run(bench: Bench, small_disk: Path) -> None:
    folder = bench.submission_run("echo 42 > answer.txt")
    (folder / "big.bin").write_bytes(b"x" * 100_000)
    runs = ("--runs", str(small_disk))
    assert bench.call("plan", "tiny-run", *runs).status == 0
    fill(small_disk, leave=150_000)
    before = files(small_disk)
    answer = bench.call("run", "tiny-run", *runs)
    assert answer.status == 1
    assert "No space left on device" in answer.err.splitlines()[-1]
    assert "Traceback" not in answer.err
    new = {path for path in files(small_disk) - before if (small_disk / path).is_file()}
    assert not {path for path in new if path.endswith((".tmp", "lease.json"))}
    assert not [path for path in new if "/reproduce/" in path], "a stage without outcome left files"
    (small_disk / "filler").unlink()
    assert bench.call("resume", "tiny-run", *runs).status == 0


def test_a_payload_that_fills_the_disk(bench: Bench, small_disk: Path) -> None:
    bench.submission_run("head -c 10000000 /dev/zero > big.bin")
    answer = bench.call("run", "tiny-run", "--runs", str(small_disk))
    assert answer.status == 1
    assert "No space left on device" in answer.err.splitlines()[-1]
    assert not [path for path in files(small_disk) if "reproduce/" in path or path.endswith(".tmp")]


def test_a_runs_folder_that_is_read_only(bench: Bench, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    answer = bench.call("run", "tiny-run", "--runs", str(small_disk / "runs"))
    assert answer.status == 1
    assert "Read-only file system" in answer.line
