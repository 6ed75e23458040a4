"""The three real graded runs of rice, and a planned run that replays one of them, killed half-way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.cli import main
from tests.end_to_end.rice import GROUPS, board, import_grades, imported_trial, rice_root, write_run


def test_the_graded_runs_keep_their_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, runs = rice_root(tmp_path), tmp_path / "runs"
    import_grades(root, runs)
    rows = board(capsys, root, runs, "by_paper", "--mode", "code-dev")
    scores = {word: row["score"] for word in GROUPS for row in rows if word in row["agent"]}
    assert {word: round(score, 4) for word, score in scores.items()} == GROUPS


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_when(process: subprocess.Popen[bytes], folder: Path, pattern: str) -> None:
    """End the process at once when a file of that pattern appears."""
    until = time.monotonic() + 60
    while not list(folder.glob(pattern)):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < until, f"no {pattern} appeared"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_replayed_grading_gives_the_score_again_also_when_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, runs = rice_root(tmp_path), tmp_path / "runs"
    import_grades(root, runs)
    judges = root / "runner" / "configs" / "judges"
    places = ["--root", str(root), "--runs", str(runs)]
    trial = imported_trial(runs, "anthropic")
    assert (
        main(["export", "replay", "imported", trial, "--out", str(judges / "recorded.jsonl"), *places]) == 0
    )
    assert (judges / "recorded.yaml").is_file()
    config = write_run(root, "replayed", attempts=3, protocol="code-dev", judge="recorded")
    process = start(["run", str(config), *places])
    kill_when(process, runs, "replayed/trials/rice/stand-in/1/grading/*/outcome.json")
    assert not list(runs.glob("replayed/trials/rice/stand-in/3/grading/*/outcome.json"))
    assert main(["resume", "replayed", *places]) == 0
    rows = [row for row in board(capsys, root, runs, "by_paper") if row["run"] == "replayed"]
    assert [round(row["score"], 4) for row in rows] == [0.7114] * 3
    assert {row["attempt"] for row in rows} == {1, 2, 3}
    assert all(row["coverage"] == 1.0 for row in rows)
