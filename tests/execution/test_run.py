"""Trials from the command line: what their outcomes say, and what stays of them."""

import json
import os
import shutil
import stat

import pytest

from tests.execution.bench import Bench, limits
from tests.tiny_root import add_run
from validators.log_text import unstamped


def test_reference_agents_reach_their_verdicts(bench: Bench) -> None:
    add_run(bench.root, agents=("oracle", "flawed", "noop"), attempts=2)
    answer = bench.call("run", "tiny-run")
    assert answer.status == 0
    assert str(bench.runs / "tiny-run" / "plan.lock") in answer.out
    facts = json.loads(bench.call("status", "tiny-run", "--json").out)
    assert facts["states"] == {"graded": 6}
    reasons = {trial["id"]: [stage["reason"] for stage in trial["stages"]] for trial in facts["trials"]}
    assert reasons["tiny/oracle/2"] == ["ok", "ok", "ok"]
    assert reasons["tiny/noop/1"] == ["no_submission", "no_submission"]
    assert bench.outcome("rollout", "tiny/noop/1")["failure_class"] == "agent"


def test_a_finished_run_runs_nothing_again(bench: Bench) -> None:
    bench.submission_run(f"echo started >> {bench.root}/count; echo 42 > answer.txt")
    assert bench.call("run", "tiny-run").status == 0
    before = (bench.trial() / "reproduce" / "outcome.json").stat().st_mtime_ns
    assert bench.call("run", "tiny-run").status == 0
    assert bench.call("resume", "tiny-run").status == 0
    assert (bench.trial() / "reproduce" / "outcome.json").stat().st_mtime_ns == before
    assert (bench.root / "count").read_text() == "started\n"


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("exit 3", 3, "exit_status"),
        ("kill -9 $$", 137, "exit_status"),
        ("kill -TERM $$", 143, "exit_status"),
        ("nonsense-command", 127, "exit_status"),
        ("true", 0, "ok"),
    ],
)
def test_the_true_exit_status_is_kept(bench: Bench, script: str, status: int, reason: str) -> None:
    bench.submission_run(f"echo partial > made.txt\necho said\n{script}\n")
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["exit_status"], outcome["reason"]) == (status, reason)
    assert outcome["failure_class"] == ("none" if status == 0 else "submission")
    assert (bench.trial() / "reproduce" / "submission" / "made.txt").read_text() == "partial\n"
    assert unstamped((bench.trial() / "reproduce" / "reproduce.log").read_text()).startswith("said\n")
    assert bench.outcome("grading")["grading"]["judged"] == 3


def test_no_reproduce_script_is_an_outcome_of_its_own(bench: Bench) -> None:
    bench.submission_run(None)
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "no_reproduce_script")
    assert "exit_status" not in outcome
    assert bench.outcome("grading")["grading"]["leaves"] == 3


def test_a_reproduce_script_outside_the_submission_does_not_count(bench: Bench) -> None:
    folder = bench.submission_run(None)
    outside = bench.root / "outside.sh"
    outside.write_text("echo 42 > answer.txt\n")
    (folder / "reproduce.sh").symlink_to(outside)
    bench.call("run", "tiny-run")
    assert bench.outcome("reproduce")["reason"] == "no_reproduce_script"


def test_an_empty_submission_is_none(bench: Bench) -> None:
    folder = bench.submission_run(None)
    (folder / "main.txt").unlink()
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("rollout")["reason"] == "no_submission"
    assert not (bench.trial() / "reproduce").exists()


def test_code_dev_reproduces_nothing(bench: Bench) -> None:
    add_run(bench.root, protocol="code-dev")
    assert bench.call("run", "tiny-run").status == 0
    trial = bench.trial("tiny/oracle/1")
    assert sorted(path.name for path in trial.iterdir()) == ["grading", "rollout"]
    assert bench.outcome("grading", "tiny/oracle/1")["grading"]["leaves"] == 1


def test_time_limit_keeps_partial_output(bench: Bench) -> None:
    script = "echo early > early.txt; echo said; sleep 60; echo late > late.txt"
    bench.submission_run(script, limits=limits(time_limit_minutes=0.01))
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "time_limit")
    made = bench.trial() / "reproduce" / "submission"
    assert (made / "early.txt").exists()
    assert not (made / "late.txt").exists()
    assert bench.outcome("grading")["reason"] == "ok"


@pytest.mark.parametrize(
    "script", ["yes", "head -c 9000000 /dev/zero > big; sleep 60", "head -c 9000000 /dev/zero > big"]
)
def test_output_limit_counts_log_and_folder(bench: Bench, script: str) -> None:
    bench.submission_run(script, limits=limits(output_limit_mib=2))
    bench.call("run", "tiny-run")
    assert bench.outcome("reproduce")["reason"] == "output_limit"
    assert (bench.trial() / "reproduce" / "reproduce.log").stat().st_size <= 2 << 20


def test_memory_limit(bench: Bench) -> None:
    script = "python3 -c 'x = b\"x\" * (200 << 20); import time; time.sleep(60)'"
    bench.submission_run(script, limits=limits(mem_gib=0.05))
    bench.call("run", "tiny-run")
    assert bench.outcome("reproduce")["reason"] == "memory_limit"


def test_the_environment_holds_no_secret(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("SOME_TOKEN", "hidden")
    bench.submission_run(
        "env > env.txt; cat > stdin.txt; pwd > pwd.txt; echo 42 > $HOME/x; echo 42 > $TMPDIR/y"
    )
    bench.call("run", "tiny-run")
    made = bench.trial() / "reproduce" / "submission"
    names = {line.split("=")[0] for line in (made / "env.txt").read_text().splitlines()}
    assert names <= {
        "PATH", "LANG", "TZ", "HOME", "TMPDIR", "CUDA_VISIBLE_DEVICES", "PAPERBENCH", "PAPERBENCH_TRIAL",
        "PAPERBENCH_STAGE", "PWD", "SHLVL", "_", "OLDPWD",
    }  # fmt: skip
    assert "HOME" in names
    assert (made / "stdin.txt").read_text() == ""
    assert bench.outcome("reproduce")["exit_status"] == 0
    assert not (bench.trial() / "reproduce" / "scratch").exists()


def test_the_copy_is_fresh_and_links_stay_links(bench: Bench) -> None:
    folder = bench.submission_run(
        "echo changed > main.txt; chmod 000 main.txt; rm gone.txt; echo 1 > new.txt"
    )
    (folder / "gone.txt").write_text("x")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    bench.call("run", "tiny-run")
    handed, made = (bench.trial() / stage / "submission" for stage in ("rollout", "reproduce"))
    for copy in (folder, handed):
        assert (copy / "main.txt").read_text() == "code\n"
        assert (copy / "gone.txt").exists()
    assert (handed / "link").is_symlink()
    assert not (handed / "pipe").exists()
    assert "pipe" in bench.outcome("rollout")["message"]
    assert (made / "main.txt").read_text() == "changed\n"
    assert bench.outcome("reproduce")["made"] == {"new": 1, "changed": 1, "rewritten": 0, "deleted": 1}


def test_identical_rewrites_are_marked(bench: Bench) -> None:
    bench.submission_run("echo code > main.txt")
    bench.call("run", "tiny-run")
    assert bench.outcome("reproduce")["made"] == {"new": 0, "changed": 0, "rewritten": 1, "deleted": 0}


def test_a_payload_that_removes_or_locks_its_folder(bench: Bench) -> None:
    bench.submission_run("mkdir d; echo 1 > d/f; chmod 000 d/f d")
    bench.submission_run("cd ..; rm -rf submission; ln -s /etc submission", name="second")
    assert bench.call("run", "tiny-run").status == 0
    assert stat.S_IMODE((bench.trial() / "reproduce/submission/d").stat().st_mode) & 0o700 == 0o700
    assert bench.call("run", "second").status == 0
    left = bench.trial("tiny/agent-second/1", "second") / "reproduce" / "submission"
    assert left.is_dir()
    assert not left.is_symlink()


def test_infrastructure_failures_are_retried_then_kept_then_resumed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_run(bench.root, max_retries=1)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "/nonexistent")
    answer = bench.call("run", "tiny-run")
    assert answer.status == 1
    outcome = bench.outcome("reproduce", "tiny/oracle/1")
    assert (outcome["failure_class"], outcome["reason"], outcome["tries"]) == (
        "infrastructure",
        "not_started",
        2,
    )
    assert not (bench.trial("tiny/oracle/1") / "grading").exists()
    monkeypatch.setenv("PATH", path)
    assert bench.call("resume", "tiny-run").status == 0
    assert bench.outcome("reproduce", "tiny/oracle/1")["failure_class"] == "none"


def test_status_of_all_runs(bench: Bench) -> None:
    assert "no run" in bench.call("status").out
    bench.call("plan", "tiny-run")
    bench.call("plan", "tiny-run", "--name", "other")
    assert bench.call("status").out.splitlines() == [
        "other: 1 trial, 1 waiting",
        "tiny-run: 1 trial, 1 waiting",
    ]


def test_what_only_has_to_be_graded_needs_no_image(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.submission_run("echo 42 > answer.txt")
    assert bench.call("run", "tiny-run").status == 0
    image = {"sif": "gone.sif", "sha256": "ab" * 32}
    contained = {"container": "apptainer", "network": "none", "images": {"reproduce": image}}
    add_run(bench.root, "contained", ["agent-tiny-run"], **contained)
    assert bench.call("plan", "contained").status == 0
    shutil.copytree(bench.trial(), bench.trial(run="contained"))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert bench.call("resume", "contained").status == 0
    shutil.rmtree(bench.trial(run="contained") / "grading")
    answer = bench.call("resume", "contained")
    assert answer.status == 0, answer.err
    assert bench.outcome("grading", run="contained")["reason"] == "ok"
    shutil.rmtree(bench.trial(run="contained") / "reproduce")
    assert bench.call("resume", "contained").status == 1


def test_other_users_do_not_get_at_a_stage_at_work(bench: Bench) -> None:
    bench.submission_run("stat -c %a .. > mode", container="process")
    assert bench.call("run", "tiny-run").status == 0
    left = bench.trial() / "reproduce" / "submission"
    assert (left / "mode").read_text() == "700\n"
