"""What breaks around a payload is the machine's fault, said in Apptainer's own words, and never a score."""

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.containers.inside import Contained
from tests.containers.killing import lost_once
from tests.containers.twisting import TRIAL, twist


@pytest.fixture
def copied(contained: Contained, tmp_path: Path) -> Contained:
    """One with an image of its own, which may be spoiled."""
    sif = tmp_path / "own.sif"
    shutil.copyfile(contained.sif, sif)
    return replace(contained, sif=sif)


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("spoil", ["flip", "cut", "remove", "folder"])
def test_an_image_that_is_not_the_planned_one_starts_nothing(copied: Contained, spoil: str) -> None:
    copied.plan("true")
    assert copied.bench.call("plan", "run").status == 0
    if spoil == "flip":
        flip(copied.sif)
    elif spoil == "cut":
        os.truncate(copied.sif, copied.sif.stat().st_size // 2)
    else:
        copied.sif.unlink()
        if spoil == "folder":
            copied.sif.mkdir()
    answer = copied.call()
    assert answer.status == 1
    assert str(copied.sif) in answer.line
    assert not (copied.bench.runs / "run" / "trials").exists()


def test_an_image_that_cannot_be_read_is_refused_in_one_line(copied: Contained) -> None:
    os.truncate(copied.sif, copied.sif.stat().st_size // 2)
    spoilt = replace(copied, digest=hashlib.sha256(copied.sif.read_bytes()).hexdigest())
    spoilt.plan("true")
    answer = spoilt.call()
    assert answer.status == 1
    last = answer.err.splitlines()[-1]
    assert f"image {copied.sif} cannot be started here" in last
    assert "FATAL" in last
    assert "Traceback" not in answer.err
    assert not (copied.bench.runs / "run" / "trials").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-fuse", "squashfuse_ll exited with status 1: fuse: failed to open /dev/fuse: Permission denied"),
        ("unknown-option", 'Error for command "exec": unknown flag: --no-such-option'),
        ("no-namespaces", "Failed to create user namespace: user namespace disabled"),
    ],
)
def test_a_container_that_does_not_start_is_tried_again_and_never_a_score(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    twist(monkeypatch, tmp_path, name, TRIAL)
    contained.plan("true", max_retries=1)
    assert contained.call().status == 1
    outcome = contained.result().outcome
    assert (outcome["failure_class"], outcome["reason"]) == ("infrastructure", "container_failed")
    assert outcome["tries"] == 2
    assert words in outcome["message"]
    assert len(outcome["message"]) < 600
    assert "exit_status" not in outcome
    assert not (contained.bench.runs / "run/trials/tiny/run/1/grading").exists()


def test_a_container_lost_on_its_way_is_started_again(contained: Contained) -> None:
    contained.plan("sleep 3; echo 42 > answer.txt", max_retries=2)
    trial = contained.bench.runs / "run/trials/tiny/run/1"
    with lost_once(trial) as killed:
        answer = contained.call()
    assert len(killed) == 1
    outcome = contained.result().outcome
    assert (outcome["failure_class"], outcome["reason"], outcome["tries"]) == ("none", "ok", 2), answer.err
    assert "image was lost while it ran; trying again" in answer.err
    assert (contained.result().submission / "answer.txt").read_text() == "42\n"


@pytest.mark.parametrize("status", [1, 255])
def test_a_payload_is_blamed_for_its_own_end(contained: Contained, status: int) -> None:
    script = f"echo 'FATAL:   container creation failed: mount error' >&2; kill -9 $$ & exit {status}"
    outcome = contained.run(script, max_retries=2).outcome
    assert (outcome["failure_class"], outcome["tries"]) == ("submission", 1)
