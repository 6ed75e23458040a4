"""Two processes find what one finds, and leave nothing behind."""

import os
import signal
from pathlib import Path

import pytest

from validators.halves import by_two

SIZES = {f"{number}": 600_000 for number in range(6)}


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_every_file_is_done_once_and_in_order() -> None:
    before = descriptors(), children()
    done = by_two(SIZES, lambda name: [name, os.getpid()])
    assert [name for name, _ in done.values()] == list(done) == list(SIZES)
    if len(os.sched_getaffinity(0)) > 1:
        assert len({process for _, process in done.values()}) == 2
    assert (descriptors(), children()) == before


def test_small_files_need_no_fork() -> None:
    assert set(by_two(dict.fromkeys(SIZES, 10), lambda _: os.getpid()).values()) == {os.getpid()}


@pytest.mark.parametrize("fate", ["raises", "is killed"])
def test_what_the_fork_cannot_do_is_done_here(fate: str) -> None:
    here = os.getpid()

    def work(name: str) -> str:
        if os.getpid() != here:
            if fate == "raises":
                raise ValueError(name)
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    before = descriptors(), children()
    assert by_two(SIZES, work) == {name: name for name in SIZES}
    assert (descriptors(), children()) == before


def test_an_error_here_leaves_no_fork_behind() -> None:
    before = descriptors(), children()
    with pytest.raises(ZeroDivisionError):
        by_two(SIZES, lambda _: 1 // 0)
    assert (descriptors(), children()) == before
