"""paperbench import grades: both layouts, each grading once, protocols, snapshots and refusals."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from runner.run_folder import RunFolder
from tests.upstream.folders import (
    GROUP,
    OTHER_RUN,
    RUN,
    code_only,
    graded,
    newer_run,
    output,
    result,
    tiny,
    write_json,
    write_paper,
)
from validators.models.plan import Plan, PlannedTrial
from validators.models.records import Call, Verdict
from validators.tree import effective_weights

SCORES = (1, 0, 1.0, 0, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_paper(tmp_path / "data")
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(tmp_path / "root")]) == 0
    return tmp_path / "root"


def grades(root: Path, *paths: Path, more: tuple[str, ...] = ()) -> int:
    return main(["import", "grades", *map(str, paths), "--root", str(root), *more])


def told(
    root: Path, *paths: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...] = ()
) -> dict[str, Any]:
    capsys.readouterr()
    assert grades(root, *paths, more=("--json", *more)) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def run_of(root: Path) -> RunFolder:
    return RunFolder(root / "runs" / "imported")


def plan_of(root: Path) -> Plan:
    return run_of(root).plan()


def only_trial(root: Path) -> PlannedTrial:
    (trial,) = plan_of(root).trials
    return trial


def lines(root: Path, trial: str, name: str) -> list[bytes]:
    (path,) = run_of(root).trial(trial).path.glob(f"grading/*/{name}")
    return path.read_bytes().splitlines()


def verdicts(root: Path, trial: str) -> list[Verdict]:
    return [Verdict.model_validate_json(line) for line in lines(root, trial, "verdicts.jsonl")]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    found = capsys.readouterr().err.splitlines()
    assert len(found) == 1
    return found[0]


def test_a_newer_run(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    answer = told(root, tmp_path / "graded", capsys=capsys)
    assert (answer["added"], answer["same"], answer["foreign"]) == (1, 1, 0)
    trial = only_trial(root)
    assert (trial.agent, trial.paper, trial.protocol, trial.attempt) == ("some-agent", "tiny", "full", 1)
    assert trial.id == f"tiny/some-agent/{GROUP}~{RUN}"
    assert trial.at == "2025-04-09T04:38:44.000Z"
    found = verdicts(root, trial.id)
    assert [verdict.score for verdict in found] == [1, 0, 1, 0, 1]
    assert [verdict.path for verdict in found][:2] == ["root/12345e67/same", "root/12345e67/same~2"]
    (outcome,) = run_of(root).trial(trial.id).path.glob("grading/*/outcome.json")
    told_by = run_of(root).trial(trial.id).outcome("grading", outcome.parent.name)
    assert told_by is not None
    assert told_by.grading is not None
    assert told_by.source is not None
    assert (told_by.grading.kind, told_by.grading.model, told_by.grading.tokens_in) == (
        "simple",
        "o3-mini",
        105,
    )
    assert told_by.source.path.endswith("submission_executed_grader_output_0.json")
    calls = [Call.model_validate_json(line) for line in lines(root, trial.id, "ledger.jsonl")]
    assert [(call.kind, call.model, call.tokens_in) for call in calls] == [
        ("summary", "gpt-4o", 5),
        ("summary", "o3-mini", 100),
    ]


def test_an_older_run_and_its_result_are_one_grading(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = code_only(tiny())
    assert tree is not None
    held = output(graded(tree, iter((1, 1, 0))), completer_config=None, model_name="o1")
    folder = tmp_path / "graded" / GROUP / RUN
    write_json(folder / "2025-04-09T05-19-21-UTC_grader_output_0.json", held)
    write_json(folder / "pb_result.json", result(held, code_only=True))
    write_json(folder / "metadata.json", {"time_start": 1744173531.5, "time_end": 1744173541.5})
    assert told(root, folder / "pb_result.json", capsys=capsys)["added"] == 1
    before = files(run_of(root).path)
    answer = told(root, tmp_path / "graded", capsys=capsys)
    assert (answer["added"], answer["present"]) == (0, 1)
    assert files(run_of(root).path) == before
    trial = only_trial(root)
    assert (trial.protocol, trial.at) == ("code-dev", "2025-04-09T05:19:21.000Z")
    assert trial.rubric == plan_of(root).papers[0].rubric
    rollout = run_of(root).trial(trial.id).outcome("rollout")
    assert rollout is not None
    assert rollout.duration_seconds == 10.0


def test_importing_again_changes_no_byte(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    assert grades(root, tmp_path / "graded") == 0
    before = files(run_of(root).path)
    answer = told(root, tmp_path / "graded", capsys=capsys)
    assert (answer["added"], answer["present"]) == (0, 1)
    assert files(run_of(root).path) == before


def test_attempts_are_ranked_by_time_also_later(root: Path, tmp_path: Path) -> None:
    for number, day in enumerate(("10", "08", "09")):
        group = f"2025-04-{day}T00-00-00-GMT_run-group_some-agent"
        newer_run(tmp_path / day, output(graded(tiny(), iter(SCORES))), group=group)
        assert grades(root, tmp_path / day) == 0
        assert len(plan_of(root).trials) == number + 1
    assert {trial.id.split("/")[2][:10]: trial.attempt for trial in plan_of(root).trials} == {
        "2025-04-08": 1, "2025-04-09": 2, "2025-04-10": 3,
    }  # fmt: skip


def test_each_protocol_counts_its_own_attempts(root: Path, tmp_path: Path) -> None:
    tree = code_only(tiny())
    assert tree is not None
    days: dict[str, Any] = {"08": {}, "09": {"code_only": True}, "10": {"skipped_reproduction": True}}
    for day, flags in days.items():
        group = f"2025-04-{day}T00-00-00-GMT_run-group_some-agent"
        held = graded(tree, iter((1, 1, 0))) if "code_only" in flags else graded(tiny(), iter(SCORES))
        newer_run(tmp_path / "graded", output(held), group=group, **flags)
    assert grades(root, tmp_path / "graded") == 0
    trials = plan_of(root).trials
    assert {trial.id.split("/")[2][8:10]: (trial.attempt, trial.reproduced) for trial in trials} == {
        "08": (1, None), "09": (1, None), "10": (1, False),
    }  # fmt: skip


def test_runs_without_reproduction_are_compared_with_their_like(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day, flag in (("08", True), ("09", False)):
        group = f"2025-04-{day}T00-00-00-GMT_run-group_some-agent"
        held = output(graded(tiny(), iter(SCORES)))
        newer_run(tmp_path / "graded", held, group=group, skipped_reproduction=flag)
    assert grades(root, tmp_path / "graded") == 0
    capsys.readouterr()
    assert main(["board", "overall", "--runs", str(root / "runs"), "--json"]) == 0
    assert [row["attempts"] for row in json.loads(capsys.readouterr().out)] == [1, 1]


def test_runs_of_one_group_are_ranked_by_when_they_were_graded(root: Path, tmp_path: Path) -> None:
    for run, at in ((RUN, "2025-04-09T07-00-00-UTC"), (OTHER_RUN, "2025-04-09T06-00-00-UTC")):
        newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES)), graded_at=at), run=run)
    assert grades(root, tmp_path / "graded") == 0
    assert {trial.id[-41:]: trial.attempt for trial in plan_of(root).trials} == {RUN: 2, OTHER_RUN: 1}


def test_grade_ids_are_repeats_of_one_judge(root: Path, tmp_path: Path) -> None:
    for grade, scores in enumerate((SCORES, (0, 0, 0, 0, 0))):
        newer_run(tmp_path / f"{grade}", output(graded(tiny(), iter(scores))), grade=grade)
        assert grades(root, tmp_path / f"{grade}") == 0
    trial = only_trial(root)
    assert [verdict.repeat for verdict in verdicts(root, trial.id)] == [0] * 5 + [1] * 5
    (path,) = run_of(root).trial(trial.id).path.glob("grading/*")
    outcome = run_of(root).trial(trial.id).outcome("grading", path.name)
    assert outcome is not None
    assert outcome.grading is not None
    assert (outcome.grading.repeats, outcome.grading.tokens_in) == (2, 210)
    assert [source.repeat for source in outcome.sources] == [0, 1]
    before = files(run_of(root).path)
    assert grades(root, tmp_path / "1", tmp_path / "0") == 0
    assert files(run_of(root).path) == before


def test_a_dataset_given_leaves_the_mean(root: Path, tmp_path: Path) -> None:
    tree = tiny()
    tree["sub_tasks"][3]["weight"] = 0
    newer_run(tmp_path / "graded", output(graded(tree, iter(SCORES))), resources_provided=True)
    assert grades(root, tmp_path / "graded") == 0
    trial = only_trial(root)
    assert (trial.protocol, trial.rubric) == ("resources-provided", plan_of(root).papers[0].rubric)


def test_flags_decide_where_two_protocols_have_one_tree(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "other"
    tree = code_only(tiny())
    assert tree is not None
    write_paper(data, "only-code", rubric=tree)
    assert main(["import", "upstream", str(data), "--out", str(root)]) == 0
    for name, flag in (("a", True), ("b", False)):
        group = f"2025-04-09T04-38-44-UTC_run-group_{name}"
        held = output(graded(tree, iter((1, 1, 1))))
        newer_run(tmp_path / "graded", held, group=group, code_only=flag, paper_id="only-code")
    assert grades(root, tmp_path / "graded", more=("--paper", "only-code")) == 0
    assert {trial.agent: trial.protocol for trial in plan_of(root).trials} == {"a": "code-dev", "b": "full"}


def test_another_tree_is_kept_as_a_snapshot(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = tiny()
    tree["sub_tasks"][2]["requirements"] = "Other words."
    newer_run(tmp_path / "graded", output(graded(tree, iter((1, 1, 1, 0.25, 1)))))
    capsys.readouterr()
    assert grades(root, tmp_path / "graded") == 0
    assert "node 'no' has another requirement" in capsys.readouterr().out
    trial = only_trial(root)
    assert trial.rubric not in {None, plan_of(root).papers[0].rubric}
    shares = effective_weights(run_of(root).rubric(trial.rubric or ""), "full", "paper-2025")
    found = {verdict.path: verdict.score for verdict in verdicts(root, trial.id)}
    assert set(found) == set(shares)
    assert found["root/no"] == 0.25


def test_a_subtree_graded_as_one_is_a_snapshot(root: Path, tmp_path: Path) -> None:
    tree = tiny()
    tree["sub_tasks"][0] = tree["sub_tasks"][0] | {"sub_tasks": [], "task_category": "Subtree"}
    newer_run(tmp_path / "graded", output(graded(tree, iter((0.625, 1, 1, 1)))))
    assert grades(root, tmp_path / "graded") == 0
    found = verdicts(root, only_trial(root).id)[0]
    assert (found.path, found.verdict, found.score) == ("root/12345e67", "score", 0.625)


def test_an_invalid_grade_is_no_judgement(root: Path, tmp_path: Path) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter((0,) * 5), valid_score=False)))
    assert grades(root, tmp_path / "graded") == 0
    found = verdicts(root, only_trial(root).id)
    assert {(verdict.verdict, verdict.score, verdict.reason) for verdict in found} == {
        ("failed", None, "invalid")
    }


def test_tokens_are_summed_over_leaves_where_there_is_no_total(root: Path, tmp_path: Path) -> None:
    spent = {"full_judge_response": "...", "token_usage": {"o3-mini": {"in": 7, "out": 1}}}
    held = output(graded(tiny(), iter(SCORES), judge_metadata=spent), token_usage=None)
    newer_run(tmp_path / "graded", held)
    assert grades(root, tmp_path / "graded") == 0
    (call,) = lines(root, only_trial(root).id, "ledger.jsonl")
    assert Call.model_validate_json(call).tokens_in == 35


def test_the_gold_tree_of_judge_eval(root: Path, tmp_path: Path) -> None:
    tree = graded(tiny(), iter(SCORES), judge_metadata="a note")
    write_json(tmp_path / "judge_eval" / "tiny" / "0" / "grading" / "expected_result.json", tree)
    assert grades(root, tmp_path / "judge_eval") == 0
    trial = only_trial(root)
    assert (trial.agent, trial.paper, trial.protocol) == ("judge-eval-gold", "tiny", "full")


@pytest.mark.parametrize(("flags", "reason"), [
    ({"submission_exists": False}, "no_submission"),
    ({"monitor_result": {"violations": [{"line_number": 1}]}}, "disqualified"),
    ({}, None),
])  # fmt: skip
def test_a_run_without_grades_is_not_lost(
    flags: dict[str, Any], reason: str | None, root: Path, tmp_path: Path
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))), run=OTHER_RUN)
    write_json(tmp_path / "graded" / GROUP / RUN / "grade.json", result(None, **flags))
    assert grades(root, tmp_path / "graded") == 0
    (trial,) = [trial for trial in plan_of(root).trials if trial.id.endswith(RUN)]
    rollout = run_of(root).trial(trial.id).outcome("rollout")
    assert (rollout.reason if rollout else None) == reason
    assert len({path.name for path in run_of(root).path.glob("trials/*/*/*/grading/*")}) == 1


def test_a_disqualification_counts_beside_a_grader_output(root: Path, tmp_path: Path) -> None:
    held = output(graded(tiny(), iter(SCORES), explanation="Because. " * 2000))
    newer_run(tmp_path / "graded", held, monitor_result={"violations": [{"line_number": 1}]})
    assert grades(root, tmp_path / "graded") == 0
    rollout = run_of(root).trial(only_trial(root).id).outcome("rollout")
    assert rollout is not None
    assert (rollout.failure_class, rollout.reason) == ("agent", "disqualified")


def test_a_tree_without_flags_tells_its_protocol_itself(root: Path, tmp_path: Path) -> None:
    tree = code_only(tiny())
    assert tree is not None
    tree["sub_tasks"][0]["weight"] = 7
    newer_run(tmp_path / "graded", output(graded(tree, iter((1, 1, 0)))), code_only=None)
    assert grades(root, tmp_path / "graded") == 0
    assert only_trial(root).protocol == "code-dev"


def test_foreign_json_is_counted_but_refused_when_named(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    status = write_json(tmp_path / "graded" / GROUP / RUN / "status.json", {"status": "done"})
    write_json(tmp_path / "graded" / GROUP / OTHER_RUN / "grade.json", {"grade": "A"})
    assert told(root, tmp_path / "graded", capsys=capsys)["foreign"] == 2
    capsys.readouterr()
    assert grades(root, status, more=("--run", "other")) == 1
    assert "status.json is no grade file" in one_line(capsys)
    assert not (root / "runs" / "other").exists()


def test_the_agent_and_paper_can_be_told(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = output(graded(tiny(), iter(SCORES)))
    path = write_json(tmp_path / "loose" / "grader_output.json", held)
    assert grades(root, path) == 1
    assert "--agent" in one_line(capsys)
    assert grades(root, path, more=("--agent", "me")) == 1
    assert "--paper" in one_line(capsys)
    assert grades(root, path, more=("--agent", "me", "--paper", "tiny")) == 0
    assert only_trial(root).agent == "me"


def spoilt(text: str) -> dict[str, str]:
    return {
        "truncated": text[: len(text) // 2],
        "NaN": text.replace('"score": 1', '"score": NaN', 1),
        "not in 0..1": text.replace('"score": 1', '"score": 1.5', 1),
        "other kind of score": text.replace('"score": 1', '"score": "high"', 1),
    }


@pytest.mark.parametrize("fault", ["truncated", "NaN", "not in 0..1", "other kind of score"])
def test_a_damaged_file_is_one_line_and_nothing_is_written(
    fault: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))), run=OTHER_RUN)
    path = newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    path.write_text(spoilt(path.read_text())[fault])
    capsys.readouterr()
    assert grades(root, tmp_path / "graded" / GROUP / OTHER_RUN, path) == 1
    line = one_line(capsys)
    assert str(path) in line
    assert fault.split(maxsplit=1)[0] in line or fault == "other kind of score"
    assert not files(root / "runs")
    assert not list((root / "runs").iterdir())


def test_an_unknown_paper_and_a_missing_rubric(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    assert grades(root, path, more=("--paper", "nothing")) == 1
    assert "unknown paper 'nothing'" in one_line(capsys)
    (root / "rubrics" / "tiny.yaml").unlink()
    assert grades(root, path) == 1
    assert "rubrics/tiny.yaml is missing" in one_line(capsys)


def test_upstreams_own_id_of_a_paper_is_understood(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "plural"
    config = write_paper(data, "papers-s") / "config.yaml"
    config.write_text('id: paper-s\ntitle: "Two names"\n')
    assert main(["import", "upstream", str(data), "--out", str(root)]) == 0
    run = RUN.replace("tiny", "paper-s")
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))), run=run, paper_id="paper-s")
    assert grades(root, tmp_path / "graded") == 0
    assert only_trial(root).paper == "papers-s"


def test_other_scores_under_one_grade_id_are_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "one", output(graded(tiny(), iter(SCORES))))
    newer_run(tmp_path / "two", output(graded(tiny(), iter((0, 0, 0, 0, 0)))))
    assert grades(root, tmp_path / "one") == 0
    before = files(run_of(root).path)
    capsys.readouterr()
    assert grades(root, tmp_path / "two") == 1
    assert "other scores" in one_line(capsys)
    assert files(run_of(root).path) == before
    assert grades(root, tmp_path / "two", more=("--run", "second")) == 0


def test_only_the_latest_checkpoint_of_a_run_stands(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter((0,) * 5))))
    later = tmp_path / "graded" / GROUP / RUN / "submissions" / "2025-04-09T12-00-00-UTC"
    write_json(later / "submission_executed_grader_output_1.json", output(graded(tiny(), iter((1,) * 5))))
    assert told(root, tmp_path / "graded", capsys=capsys)["earlier"] == 1
    found = verdicts(root, only_trial(root).id)
    assert {(verdict.repeat, verdict.score) for verdict in found} == {(1, 1.0)}


def test_a_result_alone_is_the_grading_that_it_equals(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter((0,) * 5)), score=0.0))
    newer_run(tmp_path / "graded", output(graded(tiny(), iter((1,) * 5)), score=1.0), grade=1)
    path = tmp_path / "graded" / GROUP / RUN / "grade.json"
    assert grades(root, path) == 0
    assert {verdict.repeat for verdict in verdicts(root, only_trial(root).id)} == {1}
    assert grades(root, tmp_path / "graded") == 0
    assert len(verdicts(root, only_trial(root).id)) == 10
    other = output(graded(tiny(), iter((1,) * 5)), score=0.3, graded_at="2026-04-09T05-24-30-GMT")
    write_json(path, result(other))
    capsys.readouterr()
    assert grades(root, path, more=("--run", "other")) == 1
    assert "could be any of 2 gradings" in one_line(capsys)


@pytest.mark.parametrize("name", ["..", ".", "a\nb", "~x"])
def test_an_agent_that_cannot_be_a_folder_is_refused(
    name: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = f"2025-04-09T04-38-44-UTC_run-group_{name}"
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))), group=group)
    capsys.readouterr()
    assert grades(root, tmp_path / "graded") == 1
    assert "give --agent" in capsys.readouterr().err
    assert grades(root, tmp_path / "graded", more=("--agent", "me")) == 0


def test_one_is_no_plural(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    capsys.readouterr()
    assert grades(root, tmp_path / "graded") == 0
    assert "added 1 grading of 1 trial;" in capsys.readouterr().out
