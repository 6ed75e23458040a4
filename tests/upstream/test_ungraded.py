"""paperbench import grades of runs that nobody judged: they stay in their agent's mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.upstream.folders import (
    GROUP,
    JSON,
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
from tests.upstream.test_import_grades import files, grades, plan_of, run_of, told

SCORES = (1, 1, 1, 1, 1)
LATER = GROUP.replace("04-09", "05-09")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_paper(tmp_path / "data")
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(tmp_path / "root")]) == 0
    return tmp_path / "root"


def nothing_handed_in(folder: Path, group: str = LATER, **flags: Any) -> Path:
    held = result(None, submission_exists=False, **flags)
    return write_json(folder / group / OTHER_RUN / "grade.json", held)


def overall(root: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[float, int]]:
    """Score and attempts of each row."""
    capsys.readouterr()
    assert main(["board", "overall", "--runs", str(root / "runs"), "--json"]) == 0
    return [(row["score"], row["attempts"]) for row in json.loads(capsys.readouterr().out)]


def judges(root: Path) -> dict[str, set[str]]:
    """The judges of each attempt, by the month of its run group."""
    return {
        trial.id.split("/")[2][:7]: {
            path.name for path in run_of(root).trial(trial.id).path.glob("grading/*")
        }
        for trial in plan_of(root).trials
    }


def changed(tree: JSON) -> JSON:
    tree["sub_tasks"][0]["weight"] = 7
    return tree


@pytest.mark.parametrize("mode", ["rubric", "snapshot", "code-dev", "not reproduced", "no flags"])
@pytest.mark.parametrize("order", ["at once", "judged first", "judged last"])
def test_nothing_handed_in_counts_as_0_beside_the_other_attempts(
    mode: str, order: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags: Any = {"code-dev": {"code_only": True}, "not reproduced": {"skipped_reproduction": True}}.get(
        mode, {}
    )
    tree = changed(tiny()) if mode == "snapshot" else tiny()
    if mode in {"code-dev", "no flags"}:
        tree = code_only(tree) or {}
    if mode == "no flags":
        flags = {"code_only": None}
    newer_run(tmp_path / "judged", output(graded(tree, iter(SCORES))), **flags)
    nothing_handed_in(tmp_path / "other", **flags)
    folders = [tmp_path / "judged", tmp_path / "other"]
    if order == "at once":
        assert grades(root, *folders) == 0
    else:
        for folder in folders if order == "judged first" else reversed(folders):
            assert grades(root, folder) == 0
    found = judges(root)
    assert found["2025-04"] == found["2025-05"]
    assert overall(root, capsys) == [(0.5, 2)]
    before = files(run_of(root).path)
    assert told(root, *folders, capsys=capsys)["added"] == 0
    assert files(run_of(root).path) == before


def test_a_run_without_grades_stands_under_each_judge(root: Path, tmp_path: Path) -> None:
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    other = output(graded(tiny(), iter(SCORES)), completer_config={"model": "o1"})
    newer_run(tmp_path / "graded", other, grade=1)
    nothing_handed_in(tmp_path / "graded")
    assert grades(root, tmp_path / "graded") == 0
    found = judges(root)
    assert len(found["2025-05"]) == 2
    assert found["2025-04"] == found["2025-05"]


def test_a_run_alone_waits_for_its_judge(root: Path, tmp_path: Path) -> None:
    nothing_handed_in(tmp_path / "graded")
    assert grades(root, tmp_path / "graded") == 0
    (trial,) = plan_of(root).trials
    assert [len(found) for found in judges(root).values()] == [1]
    assert trial.protocol == "full"


def test_a_run_judged_later_loses_what_stood_for_it(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(tmp_path / "graded" / GROUP / RUN / "grade.json", result(None))
    assert grades(root, tmp_path / "graded") == 0
    newer_run(tmp_path / "graded", output(graded(changed(tiny()), iter(SCORES))))
    assert told(root, tmp_path / "graded", capsys=capsys)["added"] == 1
    assert overall(root, capsys) == [(1.0, 1)]
    assert [len(found) for found in judges(root).values()] == [1]
