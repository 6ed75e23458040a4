"""How long the command takes to start, against Python itself."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

ROUNDS = 9
BARE = (sys.executable, "-c", "pass")


def wall(argv: Sequence[str]) -> float:
    """Seconds of one whole process."""
    begin = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


@pytest.mark.benchmark
@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_start(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = (sys.executable, "-m", "runner", argument)
    pairs = [(wall(command), wall(BARE)) for _ in range(ROUNDS + 1)][1:]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert bare > 0
    with capsys.disabled():
        print(
            f"\npaperbench {argument}: {ours / bare:.1f} x the start of Python "
            f"({ours * 1000:.0f} ms against {bare * 1000:.0f} ms; goal: under 100 ms)"
        )
