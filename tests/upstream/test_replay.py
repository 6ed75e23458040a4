"""paperbench export replay: what one judge said, as answers and a judge that repeats them."""

import json
from pathlib import Path

import pytest

from runner.cli import main
from runner.run_folder import RunFolder
from tests.upstream.folders import graded, newer_run, output, tiny, write_paper
from validators.load import load_document
from validators.models.judge import Judge
from validators.models.records import Recorded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_paper(tmp_path / "data")
    root = tmp_path / "root"
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(root)]) == 0
    for grade, scores in enumerate(((1, 0, 1, 0, 1), (1, 1, 1, 1, 1))):
        newer_run(tmp_path / "graded", output(graded(tiny(), iter(scores))), grade=grade)
    other = output(graded(tiny(), iter((0, 0, 0, 0, 0))), completer_config={"model": "o1"})
    newer_run(tmp_path / "more", other, grade=2)
    assert main(["import", "grades", str(tmp_path / "graded"), "--root", str(root)]) == 0
    return root


def trial_of(root: Path) -> str:
    (trial,) = RunFolder(root / "runs" / "imported").plan().trials
    return trial.id


def export(root: Path, out: Path, *more: str) -> int:
    return main(
        ["export", "replay", "imported", trial_of(root), "--root", str(root), "--out", str(out), *more]
    )


def test_answers_and_judge(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "judges" / "recorded.jsonl"
    out.parent.mkdir()
    assert export(root, out) == 0
    answers = [Recorded.model_validate_json(line) for line in out.read_bytes().splitlines()]
    assert [answer.score for answer in answers if answer.repeat == 0] == [1, 0, 1, 0, 1]
    assert {answer.submission for answer in answers} == {None}
    judge = load_document(out.with_suffix(".yaml"), Judge)
    assert judge.replay is not None
    assert (judge.id, judge.checks, judge.replay.answers, judge.repeats) == (
        "recorded",
        False,
        "recorded.jsonl",
        2,
    )


def test_of_several_gradings_one_must_be_named(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "grades", str(tmp_path / "more"), "--root", str(root)]) == 0
    capsys.readouterr()
    assert export(root, tmp_path / "recorded.jsonl") == 1
    message = capsys.readouterr().err
    assert "--judge" in message
    digest = message.split(": ")[-1].split(", ")[0].strip()
    assert export(root, tmp_path / "recorded.jsonl", "--judge", digest) == 0
    assert export(root, tmp_path / "recorded.jsonl", "--judge", "zzz") == 1


def test_nothing_is_written_for_a_judge_that_could_not_be(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "below").mkdir()
    out, judge = tmp_path / "out.jsonl", tmp_path / "below" / "judge.yaml"
    assert export(root, out, "--judge-out", str(judge)) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not out.exists()
    assert not judge.exists()


def test_an_unknown_trial_is_named(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = ["--root", str(root), "--out", str(tmp_path / "a.jsonl")]
    assert main(["export", "replay", "imported", "tiny/nobody/1", *places]) == 1
    assert "tiny/nobody/1" in capsys.readouterr().err
    assert json.loads((root / "runs" / "imported" / "plan.lock").read_text())["trials"]


def test_a_grade_id_alone_is_the_first_repeat(root: Path, tmp_path: Path) -> None:
    places = ["--root", str(root), "--run", "second"]
    assert main(["import", "grades", str(tmp_path / "more"), *places]) == 0
    (trial,) = RunFolder(root / "runs" / "second").plan().trials
    out = tmp_path / "alone.jsonl"
    assert main(["export", "replay", "second", trial.id, "--root", str(root), "--out", str(out)]) == 0
    assert {json.loads(line)["repeat"] for line in out.read_text().splitlines()} == {0}
    assert load_document(out.with_suffix(".yaml"), Judge).repeats == 1
