"""Submissions made to have the runner read or write elsewhere: each odd thing, handed in and made."""

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.manifest import read_manifest, scan
from tests.execution.bench import Bench, limits

SECRET = "a secret of the machine\n"
SCRIPT = "cat link 2>/dev/null; echo 42 > answer.txt\n"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder that must stay as it is, with a secret that must show nowhere."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o640)
    before = [entry._replace(ctime_ns=0) for entry in scan(folder)]
    yield folder
    assert [entry._replace(ctime_ns=0) for entry in scan(folder)] == before


def kept(bench: Bench) -> dict[str, str]:
    """Kind by path of everything that the trial keeps of its submission, in both stages."""
    return {
        f"{stage}/{entry.path}": entry.kind
        for stage in ("rollout", "reproduce")
        for entry in scan(bench.trial() / stage / "submission")
    }


def holds_secret(bench: Bench) -> list[str]:
    return [
        str(path)
        for path in bench.runs.rglob("*")
        if path.is_file() and not path.is_symlink() and SECRET.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize(
    "target", ["{outside}/secret", "{outside}", "../../../../../outside", "/etc", "/dev/zero", "."]
)
@pytest.mark.parametrize("made", [False, True])
def test_links_stay_links(bench: Bench, outside: Path, target: str, made: bool) -> None:
    target = target.format(outside=outside)
    folder = bench.submission_run(
        f"ln -sfn {target} sub/link; echo 42 > answer.txt" if made else "echo 42 > answer.txt"
    )
    (folder / "sub").mkdir()
    if not made:
        (folder / "sub/link").symlink_to(target)
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "ok"
    assert kept(bench)["reproduce/sub/link"] == "symlink"
    assert str((bench.trial() / "reproduce/submission/sub/link").readlink()) == target
    assert not holds_secret(bench)


@pytest.mark.parametrize("name", ["reproduce.sh", "main.txt"])
def test_a_link_in_place_of_what_is_read_is_not_followed_out(bench: Bench, outside: Path, name: str) -> None:
    folder = bench.submission_run("echo 42 > answer.txt")
    (folder / name).unlink()
    (folder / name).symlink_to(outside / "secret")
    assert bench.call("run", "tiny-run").status == 0
    assert not holds_secret(bench)
    if name == "reproduce.sh":
        assert bench.outcome("reproduce")["reason"] == "no_reproduce_script"


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "odd")


def bound(folder: Path) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(folder)
        made.bind("odd")
        os.chdir(here)


def device(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes devices")
    # /dev/zero, which never ends.
    os.mknod(folder / "odd", 0o666 | stat.S_IFCHR, os.makedev(1, 5))


MAKERS: list[Callable[[Path], None]] = [pipe, bound, device]
SHELL = {"pipe": "mkfifo odd", "device": "mknod odd c 1 5", "bound": (
    "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"odd\")'"
)}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_pipes_sockets_and_devices_that_are_handed_in_are_left_out(
    bench: Bench, maker: Callable[[Path], None]
) -> None:
    maker(bench.submission_run("test ! -e odd && echo 42 > answer.txt"))
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("rollout")["message"] == "left out, no files: odd"
    assert bench.outcome("reproduce")["reason"] == "ok"
    assert {path for path in kept(bench) if path.endswith("odd")} == set()


@pytest.mark.parametrize("maker", MAKERS)
def test_pipes_sockets_and_devices_that_are_made_are_listed_and_never_opened(
    bench: Bench, maker: Callable[[Path], None]
) -> None:
    if maker is device and os.geteuid() != 0:
        pytest.skip("only root makes devices")
    bench.submission_run(f"{SHELL[maker.__name__]}; echo 42 > answer.txt")
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "ok"
    (entry,) = [e for e in read_manifest(bench.trial() / "reproduce/manifest.after.jsonl") if e.path == "odd"]
    assert (entry.kind, entry.size, entry.sha256) == ("other", 0, None)


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6777, 0o1755])
@pytest.mark.parametrize("name", ["tool", "folder"])
def test_set_id_bits_stay_behind(bench: Bench, mode: int, name: str) -> None:
    folder = bench.submission_run("echo 42 > answer.txt")
    (folder / "folder").mkdir()
    (folder / "tool").write_text("x")
    (folder / name).chmod(mode)
    assert bench.call("run", "tiny-run").status == 0
    for stage in ("rollout", "reproduce"):
        assert (bench.trial() / stage / "submission" / name).stat().st_mode & 0o7000 == 0


@pytest.mark.parametrize(
    "name", ["...", ".. ", "..\\up", "~", "$HOME", "-rf", "a\nb", "*", "\x1b[31m", "CON"]
)
def test_names_are_only_names(bench: Bench, outside: Path, name: str) -> None:
    folder = bench.submission_run("echo 42 > answer.txt")
    (folder / name).mkdir()
    (folder / name / name).write_text("x")
    before = {path.name for path in bench.root.iterdir()} | {"runs"}
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "ok"
    assert kept(bench)[f"reproduce/{name}/{name}"] == "file"
    assert {path.name for path in bench.root.iterdir()} == before


@contextmanager
def swapping(folder: Path, target: Path) -> Iterator[None]:
    """Somebody who turns a folder into a link and back all the time."""
    stop = threading.Event()
    spare = folder.with_name("spare")

    def swap() -> None:
        while not stop.is_set():
            folder.rename(spare)
            folder.symlink_to(target)
            folder.unlink()
            spare.rename(folder)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_folder_swapped_for_a_link_while_it_is_copied(bench: Bench, outside: Path) -> None:
    folder = bench.submission_run("echo 42 > answer.txt", max_retries=0)
    (folder / "sub").mkdir()
    (folder / "sub/file").write_text("harmless")
    assert bench.call("plan", "tiny-run").status == 0
    with swapping(folder / "sub", outside):
        for _ in range(5):
            bench.call("run", "tiny-run")
            assert not holds_secret(bench)


def test_hard_links_of_one_file_are_files_of_their_own(bench: Bench, outside: Path) -> None:
    folder = bench.submission_run("for name in one two; do echo changed > $name; done; echo 42 > answer.txt")
    os.link(outside / "secret", folder / "one")
    os.link(outside / "secret", folder / "two")
    assert bench.call("run", "tiny-run").status == 0
    assert (folder / "one").read_text() == SECRET
    assert (bench.trial() / "rollout/submission/one").read_text() == SECRET
    inodes = {
        path.stat().st_ino for path in [*bench.runs.rglob("one"), *bench.runs.rglob("two"), folder / "one"]
    }
    assert len(inodes) == 5
    (folder / "one").unlink()
    (folder / "two").unlink()


def test_more_files_than_the_limit_allows_bytes(bench: Bench) -> None:
    folder = bench.submission_run("echo 42 > answer.txt", limits={
        **limits(), "rollout": {"time_limit_minutes": 1, "output_limit_mib": 1},
    })  # fmt: skip
    for number in range(3):
        os.truncate(os.open(folder / f"hole{number}", os.O_CREAT | os.O_WRONLY), 600_000)
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("rollout")
    assert (outcome["failure_class"], outcome["reason"]) == ("agent", "output_limit")
