"""What the runner adds to a stage, over the same command under a bare apptainer exec."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.apptainer import Bind, Exec, Places
from tests.containers.conftest import sif, sif_digest
from tests.tiny_root import add_agent, add_run, add_submission, tiny_root

__all__ = ["sif", "sif_digest"]
ROUNDS = 9
SCRIPT = "echo 42 > answer.txt\n"


def bare(image: Path, folder: Path) -> float:
    """Seconds of reproduce.sh in a contained image, with nobody around it."""
    places = Places(folder / "tmp", folder / "cache", folder / "configuration")
    for place in (places.temporary, places.cache, places.configuration):
        place.mkdir(parents=True, exist_ok=True)
    command = Exec(
        image,
        ("bash", "reproduce.sh"),
        "/submission",
        (Bind(folder / "work", "/submission"),),
        as_superuser=os.geteuid() == 0,
    )
    begin = time.perf_counter()
    subprocess.run(command.argv(), env=places.environment({}), check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - begin


def stages(root: Path) -> list[float]:
    """Seconds of each whole reproduction of a run: all that is done until its folder is in place and synced.

    An outcome cannot tell of that, as it is written before; the lines of the command come before and after.
    """
    argv = [sys.executable, "-m", "runner", "run", "run", "--root", str(root), "--workers", "1"]
    begun: dict[str, float] = {}
    found = []
    with subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            trial, _, rest = line.partition(" ")
            if rest == "reproduce ...\n":
                begun[trial] = time.perf_counter()
            elif rest.startswith("reproduce: ok "):
                found.append(time.perf_counter() - begun[trial])
    assert run.returncode == 0
    return found


@pytest.mark.benchmark
def test_stage(sif: Path, sif_digest: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tiny_root(tmp_path / "root")
    folder = add_submission(tmp_path / "handed-in", SCRIPT)
    add_agent(root, "me", "submission", {"tiny": [str(folder)] * ROUNDS})
    images = {"reproduce": {"sif": str(sif), "sha256": sif_digest}}
    add_run(root, "run", ("me",), attempts=ROUNDS, container="apptainer", network="none", images=images)
    shutil.copytree(folder, tmp_path / "bare" / "work")
    bare(sif, tmp_path / "bare")
    alone = [bare(sif, tmp_path / "bare") for _ in range(ROUNDS)]
    whole = stages(root)
    assert len(whole) == ROUNDS
    ours, theirs = statistics.median(whole), statistics.median(alone)
    with capsys.disabled():
        print(
            f"\na stage: {ours / theirs:.2f} x a bare apptainer exec ({ours * 1000:.0f} ms against "
            f"{theirs * 1000:.0f} ms: {(ours - theirs) * 1000:.0f} ms more; goal: at most 100 ms more)"
        )
