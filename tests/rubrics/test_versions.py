"""Which rubrics `rubric diff` compares, and what it says of those that it cannot."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.rubrics.roots import NEW, OLD, commit_all, git

Capture = pytest.CaptureFixture[str]


def diff(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit status and both outputs."""
    capsys.readouterr()
    status = main(["rubric", "diff", *arguments])
    return status, *capsys.readouterr()


def asked(capsys: Capture, *arguments: str) -> Any:
    return json.loads(diff(capsys, *arguments, "--json")[1])


def test_one_rubric_that_cannot_be_read_does_not_hide_the_others(repository: Path, capsys: Capture) -> None:
    tiny, other = (repository / "rubrics" / name for name in ("tiny.yaml", "other.yaml"))
    other.write_text(OLD.read_text().replace("paper: tiny", "paper: other"))
    tiny.write_text(NEW.read_text().replace("weight: 3", "weight: heavy", 1))
    commit_all(repository, "broken")
    status, out, err = diff(capsys, "main..HEAD")
    assert (status, err) == (1, "")
    assert "other: a new rubric\n" in out
    assert "\ntiny is not compared: HEAD:rubrics/tiny.yaml:12:15: S" in out
    tiny.write_text(NEW.read_text().replace("revision: 2", "revision: 3").replace("squared", "cubed"))
    assert diff(capsys, "HEAD", "--", "tiny")[0] == 1
    report = asked(capsys, "HEAD")
    assert (report["rubrics"], len(report["notes"])) == ([], 1)
    assert diff(capsys, "main", "--", "tiny")[0] == 0


def test_an_old_overlay_of_another_base_is_named(overlaid: Path, capsys: Capture) -> None:
    path = overlaid / "rubrics" / "tiny.patch.yaml"
    base = json.loads(path.read_text())["base"]
    path.write_text(path.read_text().replace(base, "0" * 64))
    commit_all(overlaid, "another base")
    status, out, _ = diff(capsys, "HEAD~1..HEAD")
    assert status == 1
    assert out.startswith("tiny is not compared: HEAD:rubrics/tiny.patch.yaml:5:")
    assert "R243 rubrics/tiny.yaml is not the rubric.json of this sha256" in out


def test_the_revision_of_the_document_that_changed_is_asked_for(overlaid: Path, capsys: Capture) -> None:
    path = overlaid / "rubrics" / "tiny.patch.yaml"
    assert asked(capsys, "HEAD~1")["rubrics"][0]["warning"] is None
    path.write_text(path.read_text().replace('"revision": 2', '"revision": 1'))
    since = "since HEAD~1:rubrics/tiny.patch.yaml"
    expected = f"what the edits do changed {since}, and revision is still 1; write 2"
    assert asked(capsys, "HEAD~1")["rubrics"][0]["warning"] == expected


def test_no_revision_is_asked_for_where_an_overlay_went(overlaid: Path, capsys: Capture) -> None:
    (overlaid / "rubrics" / "tiny.patch.yaml").unlink()
    (rubric,) = asked(capsys, "HEAD")["rubrics"]
    assert rubric["changes"]
    assert (rubric["revision"], rubric["warning"]) == ([3, 1], None)


def test_rubrics_lie_in_the_folder_itself(repository: Path, capsys: Capture) -> None:
    folder = repository / "rubrics" / "sub"
    folder.mkdir()
    shutil.copy(OLD, folder / "other.yaml")
    assert diff(capsys, "HEAD") == (0, "no rubric changed\n", "")


def test_a_renamed_rubric_is_one_less_and_one_more(repository: Path, capsys: Capture) -> None:
    git(repository, "mv", "rubrics/tiny.yaml", "rubrics/tinier.yaml")
    commit_all(repository, "renamed")
    status, out, _ = diff(capsys, "HEAD~1..HEAD")
    assert status == 0
    assert "tiny: the rubric is removed" in out
    assert "tinier: a new rubric" in out


def test_rubrics_of_two_papers_are_not_compared(tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(OLD.read_text().replace("paper: tiny", "paper: other"))
    status, out, err = diff(capsys, str(OLD), str(other))
    assert (status, out) == (2, "")
    assert err == (
        f"paperbench: {OLD} is of paper 'tiny', {other} of 'other'; give two versions of one paper's rubric\n"
    )


def test_an_id_like_an_overlays_ending_is_a_paper_to_all_verbs(repository: Path, capsys: Capture) -> None:
    path = repository / "rubrics" / "x.patched.yaml"
    path.write_text(OLD.read_text().replace("paper: tiny", "paper: x.patched"))
    capsys.readouterr()
    assert main(["rubric", "stats", "--json"]) == 0
    papers = [rubric["paper"] for rubric in json.loads(capsys.readouterr().out)["rubrics"]]
    assert papers == ["tiny", "x.patched"]
    assert main(["rubric", "tree", "x.patchd"]) == 1
    assert "did you mean 'x.patched'?" in capsys.readouterr().err
