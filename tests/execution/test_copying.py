"""Copies of folders: the same content, nothing shared, holes and odd things included."""

import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from runner.copying import copy_tree
from runner.manifest import scan

MIB = 1 << 20


def allocated(path: Path) -> int:
    return path.stat().st_blocks * 512


def test_a_copy_shares_nothing_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one").write_bytes(b"x" * 100_000)
    os.link(tmp_path / "a/one", tmp_path / "a/two")
    copy_tree(tmp_path / "a", tmp_path / "b")
    inodes = {path.stat().st_ino for path in (tmp_path / "a/one", tmp_path / "b/one", tmp_path / "b/two")}
    assert len(inodes) == 3
    for name in ("one", "two"):
        with (tmp_path / "b" / name).open("r+b") as stream:
            stream.write(b"changed")
    assert (tmp_path / "a/one").read_bytes() == b"x" * 100_000


@pytest.mark.parametrize("data", [[], [0], [40], [79], [0, 20, 40, 79]])
def test_holes_stay_holes(tmp_path: Path, data: list[int]) -> None:
    (tmp_path / "a").mkdir()
    with (tmp_path / "a/hole").open("wb") as stream:
        stream.truncate(80 * MIB)
        for at in data:
            stream.seek(at * MIB)
            stream.write(b"x" * MIB)
    copy_tree(tmp_path / "a", tmp_path / "b")
    (before,), (after,) = scan(tmp_path / "a"), scan(tmp_path / "b")
    assert (after.sha256, after.size) == (before.sha256, 80 * MIB)
    assert allocated(tmp_path / "b/hole") <= (len(data) + 1) * MIB


def test_a_hole_larger_than_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.truncate(os.open(tmp_path / "a/hole", os.O_CREAT | os.O_WRONLY), 1 << 43)
    copy_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b/hole").stat().st_size == 1 << 43
    assert allocated(tmp_path / "b/hole") < MIB


def test_between_file_systems(tmp_path: Path) -> None:
    if not os.access("/dev/shm", os.W_OK) or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(os.urandom(3 * MIB))
    subprocess.run(["rm", "-rf", f"/dev/shm/{tmp_path.name}"], check=True)
    there = Path("/dev/shm") / tmp_path.name
    try:
        copy_tree(tmp_path / "a", there)
        assert scan(there)[0].sha256 == scan(tmp_path / "a")[0].sha256
    finally:
        subprocess.run(["rm", "-rf", str(there)], check=True)


def odd(folder: Path) -> None:
    """A pipe, a socket and, for who may make one, a device."""
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(folder)
        made.bind("socket")
        os.chdir(here)
    if os.geteuid() == 0:
        os.mknod(folder / "zero", 0o666 | 0o020000, os.makedev(1, 5))


def test_what_is_no_file_is_neither_opened_nor_copied(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    odd(tmp_path / "a")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert list(copy_tree(tmp_path / "a", tmp_path / "b")) == names
    assert scan(tmp_path / "b") == ()
    assert {(entry.path, entry.kind, entry.size) for entry in scan(tmp_path / "a")} == {
        (name, "other", 0) for name in names
    }


def test_files_that_turn_into_links_and_pipes_are_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 1000)
    folder = tmp_path / "a"
    folder.mkdir()
    for number in range(50):
        (folder / f"f{number}").write_text("harmless")
    (harmless,) = {entry.sha256 for entry in scan(folder)}
    stop = threading.Event()

    def swap() -> None:
        (tmp_path / "link").unlink(missing_ok=True)
        while not stop.is_set():
            for number in range(50):
                (tmp_path / "new").symlink_to(secret)
                (tmp_path / "new").rename(folder / f"f{number}")
                os.mkfifo(tmp_path / "new")
                (tmp_path / "new").rename(folder / f"f{number}")
                (tmp_path / "new").write_text("harmless")
                (tmp_path / "new").rename(folder / f"f{number}")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for turn in range(40):
            # What changes while it is looked at may be an error, but never something else's content.
            try:
                assert {entry.sha256 for entry in scan(folder)} <= {harmless, None}
                copy_tree(folder, tmp_path / f"copy{turn}")
            except OSError:
                continue
            kept = [path for path in (tmp_path / f"copy{turn}").iterdir() if not path.is_symlink()]
            assert {path.read_text() for path in kept} <= {"harmless"}
    finally:
        stop.set()
        swapper.join()


def test_a_manifest_is_the_same_however_it_was_read(tmp_path: Path) -> None:
    import hashlib

    sizes = [0, 1, 1000, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 * MIB]
    for number in range(300):
        place = tmp_path / f"d{number % 3}" / f"f{number:03}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(bytes([number % 256]) * sizes[number % len(sizes)])
    entries = scan(tmp_path)
    assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
    files = {entry.path: entry.sha256 for entry in entries if entry.kind == "file"}
    assert files == {
        path.relative_to(tmp_path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tmp_path.glob("*/*")
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_named_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/secret").touch(0o000)
    with pytest.raises(PermissionError, match="a/secret"):
        scan(tmp_path)
