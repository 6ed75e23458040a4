"""Boards and scores mark rubrics that were not signed off when their run was planned."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.run_maker import RunMaker, planned_trial
from tests.scoring.test_boards import ALL, SMALL, asked, printed
from tests.scoring.trees import leaf
from tests.tiny_root import tiny_root
from validators.digest import rubric_digest

Capture = pytest.CaptureFixture[str]
FOOTNOTE = "unsigned: rubrics that were not signed_off when the run was planned"


def run_with(folder: Path, statuses: dict[str, str | None], **changes: Any) -> RunMaker:
    """A graded run over papers whose rubrics had these statuses when it was planned; None: not said."""
    maker = RunMaker(folder, dict.fromkeys(statuses, SMALL))
    papers = [
        {"id": paper, "rubric": rubric_digest(SMALL), "paper": "c" * 64}
        | ({} if status is None else {"rubric_status": status})
        for paper, status in statuses.items()
    ]
    maker.plan(papers=papers, **changes)
    for trial in maker.trials():
        maker.grade_all(trial, ALL)
    return maker


def test_boards_name_what_is_not_signed_off(tmp_path: Path, capsys: Capture) -> None:
    statuses = {"p": "in_review", "q": "draft", "r": "signed_off", "s": None, "t": "in_review"}
    run_with(tmp_path, statuses)
    (row,) = asked(tmp_path, capsys, "board")
    assert row["unsigned"] == "1 draft, 2 in_review, 1 unknown"
    assert {row["unsigned"] for row in asked(tmp_path, capsys, "board", "by_category")} == {row["unsigned"]}
    rows = asked(tmp_path, capsys, "board", "by_paper")
    assert [row["unsigned"] for row in rows] == ["in_review", "draft", None, "unknown", "in_review"]
    for name in ("overall", "by_paper", "by_category"):
        assert FOOTNOTE in printed(tmp_path, capsys, "board", name)


def test_signed_off_rubrics_are_not_marked(tmp_path: Path, capsys: Capture) -> None:
    maker = run_with(tmp_path, {"p": "signed_off", "q": "signed_off"})
    for name in ("overall", "by_paper", "by_category"):
        assert {row["unsigned"] for row in asked(tmp_path, capsys, "board", name)} == {None}
        assert "unsigned" not in printed(tmp_path, capsys, "board", name)
    assert "unsigned" not in printed(tmp_path, capsys, "score", maker.name, maker.trials()[0])


def test_a_tree_that_is_not_the_papers_rubric_is_a_snapshot(tmp_path: Path, capsys: Capture) -> None:
    other = leaf("root")
    maker = RunMaker(tmp_path, {"p": SMALL})
    run = maker.plan(trials=[planned_trial("p/agent/1", rubric=rubric_digest(other))])
    run.add_rubric("p", other)
    (row,) = asked(tmp_path, capsys, "board", "by_paper")
    assert row["unsigned"] == "snapshot"


def test_a_plan_says_what_the_rubric_was_and_goes_on_when_it_is_signed(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny_root(tmp_path / "root")
    monkeypatch.chdir(root)
    assert main(["run", "runner/configs/tiny-run.yaml"]) == 0
    assert main(["rubric", "fmt", "rubrics/tiny.yaml"]) == 0
    assert main(["rubric", "sign", "tiny", "--status", "in_review"]) == 0
    sign = ["rubric", "sign", "tiny", "--name", "Ada Example", "--role", "paper_author", "--all-branches"]
    assert main(sign) == 0
    assert main(["run", "runner/configs/tiny-run.yaml"]) == 0
    runs = root / "runs"
    assert [row["unsigned"] for row in asked(runs, capsys, "board")] == ["1 draft"]
    said = printed(runs, capsys, "score", "tiny-run", "tiny/oracle/1")
    assert "unsigned: the rubric was not signed_off when the run was planned (draft)\n" in said
    records = asked(runs, capsys, "score", "tiny-run", "tiny/oracle/1")
    assert {record["rubric_status"] for record in records} == {"draft"}
    shutil.rmtree(runs)
    assert main(["run", "runner/configs/tiny-run.yaml"]) == 0
    assert [row["unsigned"] for row in asked(runs, capsys, "board")] == [None]
