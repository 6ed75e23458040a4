"""A full run of the real rice rubric: really reproduced, judged through the real client."""

import json
from pathlib import Path

import pytest

from runner.cli import main
from tests.end_to_end.rice import board, import_grades, imported_trial, rice_root, write_run
from tests.fakes.openai_server import answer, fake_openai, scores_by_path

JUDGE = """\
schema: judge/v1
id: scripted
checks: true
otherwise: llm
llm:
  model: scripted-2026-11-01
  base_url: {url}
  concurrency: 8
"""


def test_all_361_leaves_are_asked_once_and_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, runs = rice_root(tmp_path), tmp_path / "runs"
    import_grades(root, runs)
    judges = root / "runner" / "configs" / "judges"
    places = ["--root", str(root), "--runs", str(runs)]
    trial = imported_trial(runs, "anthropic")
    answers = tmp_path / "answers.jsonl"
    assert main(["export", "replay", "imported", trial, "--out", str(answers), *places]) == 0
    scores = scores_by_path(answers)
    with fake_openai(lambda request: answer(scores.get(request.path) or 0.0)) as server:
        (judges / "scripted.yaml").write_text(JUDGE.format(url=server.url))
        config = write_run(root, "asked", attempts=1, protocol="full", judge="scripted")
        assert main(["run", str(config), *places]) == 0
        assert len(server.requests) == 361
        assert main(["resume", "asked", *places]) == 0
        assert len(server.requests) == 361
    trial_folder = runs / "asked" / "trials" / "rice" / "stand-in" / "1"
    reproduced = json.loads((trial_folder / "reproduce" / "outcome.json").read_text())
    assert (reproduced["failure_class"], reproduced["exit_status"]) == ("none", 0)
    assert reproduced["made"]["new"] == 2
    (row,) = [row for row in board(capsys, root, runs, "by_paper") if row["run"] == "asked"]
    assert (row["coverage"], row["mode"]) == (1.0, "full")
    assert 0.0 < row["score"] < 0.7114
    (viewed,) = [
        row for row in board(capsys, root, runs, "by_paper", "--mode", "code-dev") if row["run"] == "asked"
    ]
    assert round(viewed["score"], 4) == 0.7114
    keys = {row["key"] for row in board(capsys, root, runs, "by_paper", "--mode", "code-dev")}
    assert len(keys) == 2
