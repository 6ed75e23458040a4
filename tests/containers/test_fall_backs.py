"""Machines that cannot mount an image: it is unpacked, for every stage or once, and that is said."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runner import procfs
from runner.copying import remove_tree
from tests.containers.inside import AS_ROOT, Contained
from tests.containers.twisting import PROBE, twist
from tests.execution.bench import CHECKOUT
from tests.processes_left import left_behind
from tests.tiny_root import add_site

HIDDEN = 'mount --bind /dev/null /dev/fuse && exec "$@"'


@pytest.fixture
def copied(contained: Contained, tmp_path: Path) -> Contained:
    """One whose image lies where images are kept, and so gets its folder beside it."""
    sif = tmp_path / "images" / "own.sif"
    sif.parent.mkdir()
    shutil.copyfile(contained.sif, sif)
    add_site(contained.bench.root, images={"folder": str(sif.parent)})
    return replace(contained, sif=sif)


def temporary() -> set[Path]:
    return {path for place in ("/tmp", "/var/tmp") for path in Path(place).glob("*rootfs*")}


def test_without_fuse_it_is_unpacked(
    copied: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "no-fuse")
    before = temporary()
    copied.plan("echo 42 > answer.txt")
    answer = copied.call()
    outcome = copied.result().outcome
    assert (outcome["reason"], outcome["observed"]["read_only_root"]) == ("ok", True)
    # Root can unpack only where no capability is missing.
    assert outcome["image_mount"] in (("unsquash", "sandbox") if AS_ROOT else ("unsquash",))
    assert (
        "failed to open /dev/fuse: Permission denied); it is unpacked for every stage instead" in answer.err
    )
    assert temporary() <= before
    assert outcome["image"] == copied.digest


def test_where_it_cannot_be_unpacked_each_time_it_is_unpacked_once(
    copied: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "no-images")
    copied.plan("echo 42 > answer.txt", attempts=2)
    answer = copied.call()
    for attempt in (1, 2):
        outcome = copied.result(attempt=attempt).outcome
        assert (outcome["reason"], outcome["image_mount"]) == ("ok", "sandbox")
        assert (outcome["observed"]["read_only_root"], outcome["image"]) == (True, copied.digest)
    assert "no space left on device); it is unpacked once, beside the image" in answer.err
    (folder,) = copied.sif.parent.glob("*.sandbox")
    assert {path.name for path in copied.sif.parent.iterdir()} == {folder.name, "own.sif"}
    made = folder.stat().st_ctime_ns
    assert copied.run("ls /usr", "again").outcome["image_mount"] == "sandbox"
    assert folder.stat().st_ctime_ns == made
    remove_tree(folder)


def test_where_nothing_works_all_ways_are_told_in_one_line(
    copied: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "nothing-mounts")
    copied.plan("true")
    answer = copied.call()
    assert answer.status == 1
    last = answer.err.splitlines()[-1]
    for way in ("fuse: ", "unsquash: ", "sandbox: "):
        assert way in last
    assert "ask the site for /dev/fuse" in last
    assert "Traceback" not in answer.err
    assert not (copied.bench.runs / "run" / "trials").exists()
    for folder in copied.sif.parent.glob("*.sandbox"):
        remove_tree(folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-network", ("not allowed to use --net", "ask the site for what it forbids")),
        ("no-namespaces", ("user namespace disabled", "ask the site for user namespaces")),
    ],
)
def test_what_unpacking_would_not_mend_is_said_at_once(
    copied: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: tuple[str, ...]
) -> None:
    twist(monkeypatch, tmp_path, name)
    copied.plan("true")
    answer = copied.call()
    assert answer.status == 1
    last = answer.err.splitlines()[-1]
    assert all(word in last for word in words)
    assert "; it is unpacked" not in answer.err
    assert [path.name for path in copied.sif.parent.iterdir()] == ["own.sif"]


@pytest.mark.skipif(not AS_ROOT, reason="only root can hide /dev/fuse")
def test_a_hidden_device_is_what_the_fake_says(copied: Contained) -> None:
    copied.plan("echo 42 > answer.txt")
    argv = ["unshare", "-m", "sh", "-c", HIDDEN, "sh", *copied.bench.argv("run", "run")]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert copied.result().outcome["image_mount"] in ("unsquash", "sandbox")
    assert "squashfuse_ll" in done.stderr
    for folder in copied.sif.parent.glob("*.sandbox"):
        remove_tree(folder)


def test_what_a_killed_run_left_of_its_first_try_is_cleared(contained: Contained) -> None:
    contained.plan("true")
    assert contained.bench.call("plan", "run").status == 0
    left = contained.bench.runs / "run" / ".reproduce.image"
    (left / "work").mkdir(parents=True)
    (left / "aside").mkdir()
    (left / "aside/log").write_text("earlier\n")
    assert contained.call().status == 0
    assert not left.exists()
    assert [path.name for path in (contained.bench.runs / "run/trials/tiny/run").iterdir()] == ["1"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_ends_while_it_tries_an_image_leaves_nothing(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    twist(monkeypatch, tmp_path, "slow", PROBE)
    contained.plan("true")
    runner = contained.bench.start("run", "run")
    comes(lambda: mounting(runner.pid))
    runner.send_signal(number)
    _, err = runner.communicate(timeout=30)
    assert "Traceback" not in err
    assert comes(lambda: not left_behind(tmp_path)), left_behind(tmp_path)


def mounting(pid: int) -> bool:
    """Whether something below the process mounts an image for a payload that sleeps."""
    below = [Path(f"/proc/{found.pid}/comm") for found in procfs.descendants([pid])]
    return {"squashfuse_ll\n", "sleep\n"} <= {path.read_text() for path in below if path.exists()}


def comes(there: Callable[[], bool]) -> bool:
    """Whether it comes about within a while."""
    for _ in range(600):
        if there():
            return True
        time.sleep(0.05)
    return False
