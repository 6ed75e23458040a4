"""check --base: what changed since the merge base has a higher revision; in real git repositories."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.cli import main
from tests.rubrics.roots import commit_all, git
from tests.validators.cases import CASES, ROOT

Capture = pytest.CaptureFixture[str]
REVISIONS = sorted((CASES / "revisions").iterdir())
RUBRIC = "rubrics/demo.yaml"
OURS = {"R205", "P330"}


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_BASE_REF", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root whose branch topic has parted from main, and whose work tree is clean."""
    root = shutil.copytree(ROOT, tmp_path / "root", ignore=shutil.ignore_patterns(".cache"))
    monkeypatch.chdir(root)
    start(root)
    return root


def start(root: Path) -> None:
    (root / ".gitignore").write_text(".cache/\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit_all(root, "the papers")
    git(root, "switch", "--quiet", "--create", "topic")


def reworded(root: Path, name: str = RUBRIC) -> None:
    path = root / name
    path.write_text(path.read_text().replace("The code is there.", "All of the code is there."))


def codes(capsys: Capture, *words: str) -> list[str]:
    """The codes about revisions that check finds."""
    capsys.readouterr()
    assert main(["check", *words]) in {0, 1}
    return [code for code in re.findall(r": ([A-Z][0-9]{3}) ", capsys.readouterr().out) if code in OURS]


@pytest.mark.parametrize("case", REVISIONS, ids=lambda case: case.name)
def test_cases(case: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    root = shutil.copytree(ROOT, tmp_path / "root", ignore=shutil.ignore_patterns(".cache"))
    shutil.copytree(case / "before", root, dirs_exist_ok=True)
    monkeypatch.chdir(root)
    start(root)
    # Without their times: git takes a file of the same size and time for the same.
    shutil.copytree(case / "after", root, dirs_exist_ok=True, copy_function=shutil.copyfile)
    main(["check", "--base", "main"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.split(" ")[1] in OURS]
    found = [re.sub(r"\([0-9a-f]{10}\)", "(...)", line) for line in lines]
    expected = case / "findings.expected"
    assert found == (expected.read_text().splitlines() if expected.is_file() else [])
    assert {line.split(" ")[1] for line in found} == ({case.name[:4]} & OURS)


def test_both_codes_have_cases_of_both_sorts() -> None:
    names = [case.name for case in REVISIONS]
    for code in OURS:
        assert any(name.startswith(code) for name in names)
        assert any(name.startswith(f"fine-{code}") for name in names)


def test_a_change_counts_committed_or_not(root: Path, capsys: Capture) -> None:
    assert codes(capsys, "--base", "auto") == []
    reworded(root)
    assert codes(capsys, "--base", "auto") == ["R205"]
    git(root, "add", "--all")
    assert codes(capsys, "--base", "auto") == ["R205"]
    commit_all(root, "reworded")
    assert codes(capsys, "--base", "auto") == ["R205"]
    assert codes(capsys) == codes(capsys, "--base", "none") == []
    assert codes(capsys, "--base", "auto", "rubrics/other.yaml") == []
    assert codes(capsys, "--base", "auto", RUBRIC) == codes(capsys, "--base", "auto", "rubrics") == ["R205"]


def test_what_main_did_meanwhile_is_not_held_against_the_topic(root: Path, capsys: Capture) -> None:
    reworded(root)
    (root / RUBRIC).write_text((root / RUBRIC).read_text().replace("revision: 1", "revision: 2"))
    commit_all(root, "reworded, and raised")
    git(root, "switch", "--quiet", "main")
    reworded(root, "rubrics/other.yaml")
    commit_all(root, "reworded on main")
    git(root, "switch", "--quiet", "topic")
    assert codes(capsys, "--base", "auto") == []
    assert codes(capsys, "--base", "main") == []


def test_one_raise_is_enough_for_a_whole_branch(root: Path, capsys: Capture) -> None:
    reworded(root)
    (root / RUBRIC).write_text((root / RUBRIC).read_text().replace("revision: 1", "revision: 2"))
    commit_all(root, "reworded, and raised")
    (root / RUBRIC).write_text((root / RUBRIC).read_text().replace("The code runs.", "All of it runs."))
    assert codes(capsys, "--base", "auto") == []
    assert codes(capsys, "--base", "HEAD") == ["R205"]


def test_new_deleted_and_renamed_documents_are_fine(root: Path, capsys: Capture) -> None:
    text = (root / RUBRIC).read_text()
    (root / "rubrics/new.yaml").write_text(text.replace("demo", "new"))
    (root / RUBRIC).unlink()
    (root / "papers/other").rename(root / "papers/renamed")
    assert codes(capsys, "--base", "auto") == []
    commit_all(root, "moved")
    assert codes(capsys, "--base", "auto") == []


def test_a_detached_head(root: Path, capsys: Capture) -> None:
    reworded(root)
    commit_all(root, "reworded")
    git(root, "checkout", "--quiet", "--detach")
    assert codes(capsys, "--base", "auto") == ["R205"]


def test_what_cannot_be_read_is_left_to_the_other_rules(root: Path, capsys: Capture) -> None:
    (root / RUBRIC).write_text("schema: [\n")
    assert codes(capsys, "--base", "auto") == []
    commit_all(root, "broken")
    (root / RUBRIC).write_text("schema: rubric/v1\n")
    assert codes(capsys, "--base", "HEAD") == []


def test_it_cannot_be_waived(root: Path, capsys: Capture) -> None:
    waiver = "{code: R205, path: rubrics/demo.yaml, reason: why not}"
    (root / "papers/waivers.yaml").write_text(f"schema: waivers/v1\nwaivers: [{waiver}]\n")
    reworded(root)
    assert codes(capsys, "--base", "auto") == ["R205"]


def cloned(root: Path, folder: Path, *arguments: str) -> Path:
    git(root, "clone", "--quiet", *arguments, f"file://{root}", str(folder))
    return folder


@pytest.fixture
def clone(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Clones the topic, which is reworded and two commits ahead."""
    reworded(root)
    commit_all(root, "reworded")
    (root / "papers/other/paper.md").write_text("# Other\n")
    commit_all(root, "another text")
    git(root, "switch", "--quiet", "main")

    def clone(*arguments: str) -> Path:
        folder = cloned(root, tmp_path / "clone", "--branch", "topic", *arguments)
        monkeypatch.chdir(folder)
        return folder

    return clone


def test_a_clone_is_held_against_origin(clone: Callable[..., Path], capsys: Capture) -> None:
    clone()
    assert codes(capsys, "--base", "auto") == ["R205"]


def test_a_shallow_clone_says_what_is_missing(clone: Callable[..., Path], capsys: Capture) -> None:
    folder = clone("--depth", "1", "--no-single-branch")
    assert codes(capsys, "--base", "auto") == []
    main(["check", "--base", "auto"])
    (note,) = (line for line in capsys.readouterr().err.splitlines() if "revisions" in line)
    assert re.match(r"\d+ revisions not compared: .*no common commit here; this clone is shallow: ", note)
    assert "git fetch --unshallow" in note
    assert main(["check", "--base", "origin/main"]) == 1
    assert "this clone is shallow" in capsys.readouterr().err
    git(folder, "fetch", "--quiet", "--unshallow")
    assert codes(capsys, "--base", "auto") == ["R205"]


def test_a_shallow_clone_of_a_ci_fails(
    clone: Callable[..., Path], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone("--depth", "1")
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert main(["check", "--base", "auto"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "no revision 'origin/main' here" in err
    assert "fetch-depth: 0" in err


def test_the_target_of_a_pull_request_is_taken(
    root: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    reworded(root)
    commit_all(root, "reworded")
    git(root, "branch", "release")
    monkeypatch.chdir(cloned(root, tmp_path / "clone"))
    assert codes(capsys, "--base", "auto", "--base", "origin/main") == ["R205"]
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    assert codes(capsys, "--base", "auto") == []
    monkeypatch.setenv("GITHUB_BASE_REF", "nowhere")
    assert "not compared: no revision 'origin/nowhere'" in said(capsys)
    monkeypatch.setenv("CI", "1")
    assert main(["check", "--base", "auto"]) == 1


def said(capsys: Capture) -> str:
    capsys.readouterr()
    assert main(["check", "--base", "auto"]) == 0
    return capsys.readouterr().err


def test_an_unknown_base_is_bad_usage(root: Path, capsys: Capture) -> None:
    assert main(["check", "--base", "mian"]) == 2
    assert "--base mian: no revision 'mian' here" in capsys.readouterr().err


def test_without_a_repository_a_branch_or_a_commit_there_is_a_note(
    root: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "branch", "--delete", "--force", "main")
    assert "6 revisions not compared: no revision 'main' here" in said(capsys)
    shutil.rmtree(root / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    assert "revisions not compared: " in said(capsys)
    assert main(["check", "--base", "main"]) == 1
    assert "is in no git repository; mend that, or leave out --base main" in capsys.readouterr().err
    git(root, "init", "--quiet", "--initial-branch", "fresh")
    assert "revisions not compared: " in said(capsys)


def test_without_git(root: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    reworded(root)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert "revisions not compared: git is not on PATH or did not answer\n" in said(capsys)
    assert main(["check", "--base", "main"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_variables_of_a_hook_do_not_lead_elsewhere(
    root: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    reworded(root)
    git(tmp_path, "init", "--quiet", "elsewhere")
    for name, value in {
        "GIT_DIR": tmp_path / "elsewhere/.git",
        "GIT_WORK_TREE": tmp_path / "elsewhere",
        "GIT_INDEX_FILE": tmp_path / "no-index",
        "GIT_OBJECT_DIRECTORY": tmp_path / "no-objects",
        "GIT_PREFIX": "papers/",
        "GIT_EXTERNAL_DIFF": "false",
    }.items():
        monkeypatch.setenv(name, str(value))
    assert codes(capsys, "--base", "auto") == ["R205"]


def test_a_root_below_the_top_of_its_repository(
    root: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(root / ".git")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit_all(tmp_path, "everything")
    reworded(root)
    assert codes(capsys, "--base", "auto") == ["R205"]
    monkeypatch.chdir(tmp_path)
    assert codes(capsys, "--base", "auto", "--root", "root") == ["R205"]


def test_a_check_without_a_base_runs_no_git(root: Path, tmp_path: Path) -> None:
    spy = tmp_path / "bin/git"
    spy.parent.mkdir()
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
    spy.chmod(0o755)
    environment = os.environ | {"PATH": f"{spy.parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "runner", "check"]
    assert subprocess.run(command, cwd=root, env=environment, check=False).returncode == 0
    assert not (tmp_path / "called").exists()
    subprocess.run([*command, "--base", "auto"], cwd=root, env=environment, check=False)
    assert (tmp_path / "called").exists()


def test_it_needs_none_of_the_runners_libraries(root: Path) -> None:
    code = """
import sys
for name in ("openai", "duckdb", "msgspec", "rich", "pydantic"):
    sys.modules[name] = None
from runner.cli import main
sys.exit(main(["check", "--base", "auto"]))
"""
    reworded(root)
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, "R205" in done.stdout) == (1, True), done.stderr
