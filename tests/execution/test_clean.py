"""Reproduction from what git tracks: the rest is removed before, by the submission's own repository."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.execution.bench import CHECKOUT, Bench
from tests.tiny_root import REPRODUCE, add_agent, add_run, add_submission, write

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")


def git(folder: Path, *words: str) -> None:
    """Git as somebody, without anybody's configuration."""
    own = ["-c", "user.name=A", "-c", "user.email=a@b.test", "-c", "core.hooksPath=/dev/null"]
    subprocess.run(["git", "-C", str(folder), *own, *words], check=True, capture_output=True)


def committed(folder: Path, script: str = REPRODUCE) -> Path:
    """A submission in a repository that tracks what it has so far, and ignores *.bin."""
    add_submission(folder, script)
    write(folder / ".gitignore", "*.bin\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "all")
    return folder


def cleaned(bench: Bench, folder: Path, **changes: Any) -> Any:
    """Run a submission with clean: true; its outcome."""
    add_agent(bench.root, "agent-tiny-run", "submission", {"tiny": [str(folder)]})
    reproduction = {"clean": True} | changes.pop("reproduction", {})
    add_run(bench.root, "tiny-run", ["agent-tiny-run"], reproduction=reproduction, **changes)
    answer = bench.call("run", "tiny-run")
    assert answer.status == 0, answer.err
    return bench.outcome("reproduce")


def left(bench: Bench) -> set[str]:
    """Files of the reproduced submission, git's own apart."""
    folder = bench.trial() / "reproduce/submission"
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and ".git" not in path.relative_to(folder).parts
    }


TRACKED = {"main.txt", "reproduce.sh", ".gitignore"}


def test_what_git_does_not_track_goes_and_what_it_ignores_stays(bench: Bench) -> None:
    folder = committed(bench.root / "mine")
    for name in ("results.json", "deep/er/result.txt", "model.bin", "-rf", "odd\nname \udcff"):
        write(folder / name, "old\n")
    write(folder / "main.txt", "changed\n")
    add_submission(folder / "nested")
    git(folder / "nested", "init", "--quiet")
    outcome = cleaned(bench, folder)
    assert (outcome["reason"], outcome["message"]) == ("ok", "git clean removed 6 files")
    assert outcome["cleaned"] is True
    assert left(bench) == TRACKED | {"model.bin", "answer.txt"}
    assert (bench.trial() / "reproduce/submission/main.txt").read_text() == "changed\n"
    # What was handed in stays, and what git removed was never there before the script.
    assert (bench.trial() / "rollout/submission/results.json").exists()
    assert "results.json" not in (bench.trial() / "reproduce/manifest.before.jsonl").read_text()
    assert outcome["made"] == {"new": 1, "changed": 0, "rewritten": 0, "deleted": 0}


def test_without_clean_nothing_goes(bench: Bench) -> None:
    folder = committed(bench.root / "mine")
    write(folder / "results.json", "old\n")
    outcome = cleaned(bench, folder, reproduction={"clean": False})
    assert "results.json" in left(bench)
    assert {"message", "cleaned"}.isdisjoint(outcome)


def test_a_script_that_is_not_tracked_is_none(bench: Bench) -> None:
    folder = add_submission(bench.root / "mine")
    git(folder, "init", "--quiet")
    outcome = cleaned(bench, folder)
    assert outcome["reason"] == "no_reproduce_script"
    assert outcome["message"].endswith("git clean removed 2 files")
    assert outcome["cleaned"] is True


@pytest.mark.parametrize("kind", ["none", "file", "link"])
def test_no_repository_of_its_own_is_no_failure(bench: Bench, kind: str, tmp_path: Path) -> None:
    # The data root around it is one, and must not be taken for it.
    git(bench.root, "init", "--quiet")
    elsewhere = committed(tmp_path / "elsewhere")
    folder = add_submission(bench.root / "mine")
    if kind == "file":
        write(folder / ".git", f"gitdir: {elsewhere}/.git\n")
    elif kind == "link":
        (folder / ".git").symlink_to(elsewhere / ".git")
    outcome = cleaned(bench, folder)
    assert (outcome["failure_class"], outcome["reason"]) == ("none", "ok")
    assert outcome["message"] == "nothing was cleaned: the submission has no folder .git"
    assert outcome["cleaned"] is False
    assert bench.call("collect").status == 0
    asked = "SELECT count(*) AS uncleaned FROM stages WHERE cleaned = false"
    assert json.loads(bench.call("sql", asked, "--json").out) == [{"uncleaned": 1}]
    assert {"main.txt", "answer.txt"} <= left(bench)


def test_a_broken_repository_is_no_failure(bench: Bench) -> None:
    folder = add_submission(bench.root / "mine")
    write(folder / ".git/HEAD", "nonsense\n")
    outcome = cleaned(bench, folder)
    assert outcome["reason"] == "ok"
    assert outcome["message"] == "git clean ended with status 128 after it had removed 0 files"
    assert outcome["cleaned"] is False


def test_without_git_nothing_is_removed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = committed(bench.root / "mine")
    write(folder / "results.json", "old\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "python3"):
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found
        (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    outcome = cleaned(bench, folder)
    assert outcome["message"] == "nothing was cleaned: there is no git"
    assert "results.json" in left(bench)


def test_the_repository_runs_nothing_and_reaches_nothing_else(bench: Bench, tmp_path: Path) -> None:
    folder = committed(bench.root / "mine")
    victim = write(tmp_path / "home/precious.txt", "mine\n").parent
    evil = write(folder / "evil", f"#!/bin/sh\ntouch {tmp_path}/ran-$(basename $0)\n")
    evil.chmod(0o755)
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.process", "core.pager", "alias.clean"):
        git(folder, "config", name, f"!{evil}" if name.startswith("alias") else str(evil))
    write(folder / ".gitattributes", "* filter=x\n")
    git(folder, "config", "core.worktree", str(victim))
    for hook in ("post-index-change", "post-checkout"):
        shutil.copy(evil, folder / ".git/hooks" / hook)
    outcome = cleaned(bench, folder)
    assert outcome["reason"] == "ok"
    assert not list(tmp_path.glob("ran-*"))
    assert (victim / "precious.txt").exists()
    assert left(bench) == TRACKED | {"answer.txt"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's file")
def test_what_cleaning_leaves_unreadable_is_the_submissions(bench: Bench) -> None:
    foreign = write(bench.root / "foreign", "x")
    foreign.chmod(0)
    os.chown(foreign, 12345, 12345)
    tools = bench.root / "tools"
    write(tools / "git", f"#!/bin/sh\n[ -e reproduce.sh ] && mv {foreign} .\n").chmod(0o755)
    folder = committed(bench.root / "mine")
    add_agent(bench.root, "agent-tiny-run", "submission", {"tiny": [str(folder)]})
    add_run(bench.root, "tiny-run", ["agent-tiny-run"], reproduction={"clean": True})
    argv = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *bench.argv("run", "tiny-run")]
    env = {**os.environ, "PATH": f"{tools}:/usr/bin:/bin"}
    done = subprocess.run(argv, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "no_reproduce_script")
    assert "its folder cannot be read: Operation not permitted" in outcome["message"]


def test_what_cleaning_leaves_running_is_ended_and_its_damage_mended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A git of the image's own that turns on the runner: nothing of it may reach the reproduction.
    folder = committed(bench.root / "mine", "ls -A $HOME $TMPDIR > seen.txt; echo said")
    tools = bench.root / "tools"
    write(tools / "git", (CHECKOUT / "tests/fakes/hostile_git.sh").read_text()).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    outcome = cleaned(bench, folder)
    assert outcome["reason"] == "ok", outcome
    assert {path.name for path in bench.trial().iterdir()} == {"rollout", "reproduce", "grading"}
    seen = (bench.trial() / "reproduce/submission/seen.txt").read_text()
    assert "planted" not in seen
    assert "forged" not in (bench.trial() / "reproduce/reproduce.log").read_text()
    assert not (bench.trial() / "rollout/submission/forged").exists()
