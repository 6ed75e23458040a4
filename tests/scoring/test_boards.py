"""Boards through the command line, on run folders as the runner leaves them."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.run_maker import RunMaker
from tests.scoring.trees import CE, RA, branch, leaf

SMALL = branch("root", branch("a", leaf("x"), leaf("y", CE), weight=2), leaf("z", RA))


def asked(runs: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--runs", str(runs), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_full_run_has_a_score_and_a_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL, "q": SMALL}, attempts=2)
    maker.plan()
    for trial, z in zip(maker.trials(), (1.0, 0.0, 0.5, 0.5), strict=True):
        maker.grade_all(trial, {"root/a/x": 1.0, "root/a/y": 0.0, "root/z": z})
    (row,) = asked(tmp_path, capsys, "board")
    assert (row["rank"], row["attempts"], row["papers"], row["coverage"]) == (1, 2, 2, 1.0)
    assert row["score"] == pytest.approx(0.5, abs=1e-12)
    assert row["standard_error"] == pytest.approx(1 / 12, abs=1e-12)
    assert [item["score"] for item in asked(tmp_path, capsys, "board", "by_paper")] == pytest.approx(
        [2 / 3, 1 / 3, 0.5, 0.5], abs=1e-12
    )
