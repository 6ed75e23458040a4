"""check --base: a hydrated rubric that somebody edited in the file that git ignores."""

import shutil
from pathlib import Path

import pytest

from runner.cli import main
from tests.rubrics.roots import commit_all, git
from tests.upstream.catalogued import catalogued, upstream

Capture = pytest.CaptureFixture[str]
FINDING = (
    "rubrics/tiny.yaml:1:1: R246 rubrics/tiny.yaml is not upstream's any more; put edits into"
    " rubrics/tiny.patch.yaml, or run 'paperbench hydrate tiny --force'"
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two hydrated entries of the catalogue, whose rubrics it ignores."""
    for name in ("CI", "GITHUB_BASE_REF", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    data = upstream(tmp_path / "data", "tiny", "other")
    made = catalogued(tmp_path / "root", data)
    (made / ".gitignore").write_text(".cache/\nrubrics/\n*.md\n")
    git(made, "init", "--quiet", "--initial-branch", "main")
    commit_all(made, "the catalogue")
    monkeypatch.chdir(made)
    assert main(["hydrate", "--all", "--from", str(data)]) == 0
    return made


def found(capsys: Capture, *words: str) -> list[str]:
    """The lines about edited rubrics."""
    capsys.readouterr()
    assert main(["check", *words]) in {0, 1}
    return [line for line in capsys.readouterr().out.splitlines() if line.split()[1] == "R246"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("It runs.", "It runs twice."), ("weight: 2", "weight: 5"), ("data is there", "data is near")],
)
def test_an_edit_is_found_and_mended_by_hydrating_again(
    root: Path, tmp_path: Path, capsys: Capture, before: str, after: str
) -> None:
    assert found(capsys, "--base", "auto") == []
    rubric = root / "rubrics" / "tiny.yaml"
    text = rubric.read_text()
    rubric.write_text(text.replace(before, after))
    assert rubric.read_text() != text
    assert found(capsys, "--base", "auto") == [FINDING]
    assert found(capsys) == found(capsys, "--base", "none") == []
    assert main(["hydrate", "tiny", "--force", "--from", str(tmp_path / "data")]) == 0
    assert found(capsys, "--base", "auto") == []


def test_what_goes_beyond_upstream_is_an_edit_too(root: Path, capsys: Capture) -> None:
    rubric = root / "rubrics" / "tiny.yaml"
    text = rubric.read_text()
    rubric.write_text(text.replace("weight: 3", "weight: 3\n      review_minutes: 5"))
    assert rubric.read_text() != text
    assert found(capsys, "--base", "main") == [FINDING]
    assert found(capsys, "--base", "main", "rubrics/tiny.yaml") == [FINDING]
    assert found(capsys, "--base", "main", "rubrics/other.yaml") == []


def test_it_needs_no_git_and_cannot_be_waived(root: Path, capsys: Capture) -> None:
    shutil.rmtree(root / ".git")
    rubric = root / "rubrics" / "tiny.yaml"
    rubric.write_text(rubric.read_text().replace("It runs.", "It runs twice."))
    waiver = "{code: R246, path: rubrics/tiny.yaml, reason: why not}"
    (root / "papers/waivers.yaml").write_text(f"schema: waivers/v1\nwaivers: [{waiver}]\n")
    assert found(capsys, "--base", "auto") == [FINDING]
    assert main(["check"]) == 1
    assert "W702 R246 cannot be waived" in capsys.readouterr().out


def test_what_is_no_rubric_is_left_to_other_rules(root: Path, capsys: Capture) -> None:
    rubric = root / "rubrics" / "tiny.yaml"
    for text in ("schema: [\n", "- a list\n", "schema: rubric/v1\n"):
        rubric.write_text(text)
        assert found(capsys, "--base", "auto") == []
    rubric.unlink()
    assert found(capsys, "--base", "auto") == []
