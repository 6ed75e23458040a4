"""rubric diff through the command line: files, git revisions, overlays, stored scores."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.rubrics.roots import CASES, NEW, OLD, SCORES, add_scores, commit_all, git, rubric_root
from tests.terminal import on_a_terminal
from tests.tiny_root import add_run, tiny_root, write
from validators.yaml_reader import read_yaml

Capture = pytest.CaptureFixture[str]


def printed(capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main(["rubric", "diff", *arguments]) == 0
    return capsys.readouterr().out


def asked(capsys: Capture, *arguments: str) -> Any:
    return json.loads(printed(capsys, *arguments, "--json"))


def refused(capsys: Capture, *arguments: str) -> str:
    """The one line that the command ends with."""
    capsys.readouterr()
    assert main(["rubric", "diff", *arguments]) in {1, 2}
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_revisions_with_their_effect_on_stored_scores(repository: Path, capsys: Capture) -> None:
    add_scores(repository)
    assert printed(capsys, "main..topic") == (CASES / "diff.txt").read_text()
    assert printed(capsys, "main..topic", "--format", "markdown") == (CASES / "diff.md").read_text()
    assert printed(capsys, "main") == printed(capsys, "main...", "--", "tiny")
    assert printed(capsys, "main...", "--format", "markdown", "--", "tiny") == (CASES / "diff.md").read_text()


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_gets_whole_words(columns: int, tmp_path: Path, capsys: Capture) -> None:
    ids = [f"{number}d5639eb-a9c1-47e4-8207-36a2803eea35" for number in range(9)]
    names = dict(zip(("root", "method", "results", "loss", "log"), ids, strict=False))
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    for path, rubric in ((before, OLD), (after, NEW)):
        text = re.sub(r"(?<=id: )(\w+)", lambda found: names.get(found[1], found[1]), rubric.read_text())
        path.write_text(text.replace("squared error", "squared error" + " of every extraordinary word" * 9))
    whole = printed(capsys, str(before), str(after))
    lines = on_a_terminal(columns, "rubric", "diff", str(before), str(after))
    assert all(len(line) <= columns for line in lines)
    assert ids[0] in whole
    assert f"{ids[0][:8]}…/{ids[1][:8]}…/{ids[3][:8]}…" in "\n".join(lines)
    known = {*whole.split(), *(part.strip("…") for part in re.split(r"[\s/]", whole))}
    for word in "\n".join(lines).split():
        assert word in known or "…" in word


def test_a_change_of_weights_is_exact_without_a_judge(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path / "root")
    add_scores(root)
    new = tmp_path / "new.yaml"
    new.write_text(OLD.read_text().replace("weight: 3", "weight: 1").replace("revision: 1", "revision: 2"))
    report = asked(capsys, str(OLD), str(new), "--root", str(root))
    first, second = report["rubrics"][0]["effects"]
    method = (SCORES["root/method/loss"] + SCORES["root/method/data"] + SCORES["root/method/seed"]) / 3
    results = (SCORES["root/results/runs"] + SCORES["root/results/answer"]) / 2
    assert first["after"]["score"] == pytest.approx((2 * method + 2 * results + 1) / 5, abs=1e-12)
    assert (first["to_judge"], first["calls"]) == (0, 0)
    assert second["after"]["score"] is None
    assert second["after"]["upper"] - second["after"]["lower"] == pytest.approx(1 / 5, abs=1e-12)
    (mean,) = report["rubrics"][0]["means"]
    assert mean["attempts"] == 2
    assert mean["after"]["upper"] == pytest.approx(first["after"]["score"], abs=1e-12)


def test_an_unchanged_rubric_leaves_every_score_as_it_is(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path / "root")
    add_scores(root)
    (rubric,) = asked(capsys, str(OLD), str(OLD), "--root", str(root))["rubrics"]
    assert rubric["changes"] == []
    assert len(rubric["effects"]) == 2
    for effect in rubric["effects"]:
        assert effect["after"] == pytest.approx(effect["before"], abs=1e-12)


def test_trials_under_other_rubrics_are_only_counted(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path / "root")
    add_scores(root)
    text = printed(capsys, str(NEW), str(OLD), "--root", str(root))
    assert "no stored score rests on the old rubric" in text
    assert "2 trials scored under other rubrics than the old one: not shown" in text


def test_files_need_no_data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    text = printed(capsys, str(OLD), str(NEW))
    assert text == (CASES / "diff.txt").read_text().split("\n\n")[0] + "\n"


def test_a_revision_that_was_forgotten_is_asked_for(tmp_path: Path, capsys: Capture) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(NEW.read_text().replace("revision: 2", "revision: 1"))
    words = f"warning: what is scored changed since {OLD}, and revision is still 1; write 2"
    assert words in printed(capsys, str(OLD), str(new))


def test_what_is_not_committed_is_compared_with_a_revision(repository: Path, capsys: Capture) -> None:
    assert printed(capsys, "HEAD") == "no rubric changed\n"
    other = NEW.read_text().replace("paper: tiny", "paper: other")
    (repository / "rubrics" / "other.yaml").write_text(other)
    assert printed(capsys, "HEAD") == "other: a new rubric\n  6 leaves\n"
    (repository / "rubrics" / "tiny.yaml").unlink()
    assert "tiny: the rubric is removed" in printed(capsys, "HEAD", "--", "tiny")


def test_three_dots_leave_out_what_main_did_since(repository: Path, capsys: Capture) -> None:
    git(repository, "switch", "--quiet", "main")
    path = repository / "rubrics" / "tiny.yaml"
    path.write_text(path.read_text().replace("Five seeds", "Six seeds"))
    commit_all(repository, "meanwhile on main")
    assert "Six seeds" in printed(capsys, "main..topic")
    assert "Six seeds" not in printed(capsys, "main...topic")


def test_overlays_are_laid_over_the_hydrated_rubric(overlaid: Path, capsys: Capture) -> None:
    (rubric,) = asked(capsys, "HEAD~1..HEAD")["rubrics"]
    assert rubric["revision"] == [2, 3]
    (change,) = rubric["changes"]
    assert change["kinds"] == ["re-weighted"]
    assert (change["before"]["weight"], change["after"]["weight"]) == (3, 5)
    (rubric,) = asked(capsys, "HEAD~2..HEAD")["rubrics"]
    assert (rubric["changes"][0]["before"]["weight"], rubric["changes"][0]["after"]["weight"]) == (2, 5)
    patch = "rubrics/tiny.patch.yaml"
    (rubric,) = asked(capsys, "rubrics/tiny.yaml", patch)["rubrics"]
    assert (rubric["changes"][0]["before"]["weight"], rubric["changes"][0]["after"]["weight"]) == (2, 5)


def test_an_overlay_without_its_rubric_is_named(overlaid: Path, capsys: Capture) -> None:
    (overlaid / "rubrics" / "tiny.yaml").unlink()
    text = printed(capsys, "HEAD~1..HEAD")
    assert text == "tiny: its overlay changed and its rubric is not hydrated\n"
    assert "hydrate" in refused(capsys, str(OLD), "rubrics/tiny.patch.yaml")


def test_outside_of_a_repository(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path / "root")
    assert "is in no git repository; give two files" in refused(capsys, "main..HEAD", "--root", str(root))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope..HEAD"], "no revision 'nope' here"),
        (["main", "topic"], "no rubric 'topic'"),
        (["main..topic", "--", "tyny"], "did you mean 'tiny'?"),
        (["main..topic", "--", "tiny", "--format", "json"], "put options before --"),
        (["rubrics/tiny.yaml"], "is to be compared with one other file"),
        (["rubrics/tiny.yaml", "nope.yaml"], "nope.yaml is no file"),
        (["main..topic", "--runs", "nowhere"], "there is no runs folder"),
    ],
)
def test_what_cannot_be_compared_is_said(
    repository: Path, capsys: Capture, arguments: list[str], words: str
) -> None:
    assert words in refused(capsys, *arguments)


def test_a_shallow_clone_is_told_how_to_get_deeper(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "topic", repository.as_uri(), "clone")
    monkeypatch.chdir(tmp_path / "clone")
    (tmp_path / "clone" / "papers").mkdir(exist_ok=True)
    assert "git fetch --unshallow" in refused(capsys, "main..HEAD")
    git(repository, "switch", "--quiet", "main")
    git(tmp_path, "clone", "--quiet", repository.as_uri(), "whole")
    monkeypatch.chdir(tmp_path / "whole")
    (tmp_path / "whole" / "papers").mkdir(exist_ok=True)
    assert "did you mean 'origin/topic'?" in refused(capsys, "topic..HEAD")


def test_without_git_it_says_so(repository: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "runner", "rubric", "diff", "main..topic", "--root", str(repository)],
        env=os.environ | {"PATH": str(empty)}, cwd=Path(__file__).parents[2],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"git is not on PATH" in done.stderr


def test_a_comment_fits_what_github_takes(tmp_path: Path, capsys: Capture) -> None:
    leaves = [
        {
            "id": f"leaf-{number}",
            "requirement": f"{number} " + "words | <b> " * 60,
            "category": "Code Execution",
        }
        for number in range(900)
    ]
    document = read_yaml(OLD).data
    document["criterion"]["children"] += leaves
    new = tmp_path / "new.yaml"
    new.write_text(json.dumps(document))
    comment = printed(capsys, str(OLD), str(new), "--format", "markdown")
    assert len(comment) <= 65_000
    assert "more changes" in comment
    assert "<b>" not in comment


def test_what_is_foretold_is_what_a_run_under_the_new_rubric_scores(tmp_path: Path, capsys: Capture) -> None:
    root = tiny_root(tmp_path)
    rubric, old = root / "rubrics" / "tiny.yaml", tmp_path / "old.yaml"
    judge = {"schema": "judge/v1", "id": "constant", "otherwise": "constant", "constant": {"score": 0}}
    write(root / "runner/configs/judges/constant.yaml", judge)
    assert main(["run", str(add_run(root, "before")), "--root", str(root)]) == 0
    shutil.copy(rubric, old)
    rubric.write_text(rubric.read_text().replace('"weight": 2', '"weight": 5'))
    (report,) = asked(capsys, str(old), str(rubric), "--root", str(root))["rubrics"]
    (effect,) = report["effects"]
    assert (effect["before"]["score"], effect["calls"]) == (pytest.approx(0.5), 0)
    assert main(["run", str(add_run(root, "after")), "--root", str(root)]) == 0
    capsys.readouterr()
    assert main(["board", "by_paper", "--root", str(root), "--json"]) == 0
    scores = {row["run"]: row["score"] for row in json.loads(capsys.readouterr().out)}
    assert scores["after"] == pytest.approx(effect["after"]["score"], abs=1e-12)
    assert scores["after"] == pytest.approx(2 / 7, abs=1e-12)
