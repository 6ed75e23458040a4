"""Submissions that turn on their runner: none forges, stops or outlives a run."""

import json
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from runner import procfs
from runner.copying import remove_tree
from tests.execution.bench import CHECKOUT, Bench, limits
from tests.tiny_root import write
from validators.log_text import unstamped

FORGED = {
    "schema": "outcome/v1", "trial": "tiny/agent-tiny-run/1", "stage": "reproduce", "failure_class": "none",
    "reason": "ok", "exit_status": 0, "started_at": "2026-01-01T00:00:00Z",
    "finished_at": "2026-01-01T00:00:00Z", "duration_seconds": 1.0, "host": "forged",
}  # fmt: skip
DEEP = """
python3 - <<'EOF'
import os
for _ in range({depth}):
    os.mkdir("{name}")
    os.chdir("{name}")
EOF
"""


def left(bench: Bench) -> set[str]:
    """What lies in the trial's folder and in the reproduction's."""
    trial = bench.trial()
    return {path.name for path in trial.iterdir()} | {
        f"reproduce/{path.name}" for path in (trial / "reproduce").iterdir()
    }


WHOLE = {
    "rollout", "reproduce", "grading", "reproduce/outcome.json", "reproduce/reproduce.log",
    "reproduce/manifest.before.jsonl", "reproduce/manifest.after.jsonl", "reproduce/submission",
}  # fmt: skip


@pytest.mark.parametrize("up", ["..", "../../.reproduce.tmp", "../../reproduce"])
@pytest.mark.parametrize(
    "body",
    [
        "mkdir -p {up}/outcome.json",
        "mkdir -p {up}; echo '{forged}' > {up}/outcome.json",
        "mkdir -p {up}/manifest.before.jsonl; echo x > {up}/note",
        "mkdir -p {up}/.x.0123456789abcdef0123456789abcdef.tmp/y; mkfifo {up}/pipe",
    ],
)
def test_nothing_written_beside_the_submission_counts(bench: Bench, up: str, body: str) -> None:
    bench.submission_run(body.format(up=up, forged=json.dumps(FORGED)) + "\nexit 3\n")
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["reason"], outcome["exit_status"]) == ("exit_status", 3)
    assert outcome["host"] != "forged"
    assert left(bench) == WHOLE
    assert bench.call("resume", "tiny-run").status == 0


@pytest.mark.parametrize("where", ["../reproduce.log", "../../.reproduce.tmp/reproduce.log"])
@pytest.mark.parametrize("forge", ["echo accuracy 99 >", "mkfifo", "mkdir -p", "ln -s /etc/passwd"])
def test_the_log_is_what_was_said(bench: Bench, where: str, forge: str) -> None:
    bench.submission_run(f"echo truth\nrm -f {where}\n{forge} {where}\necho said\n")
    assert bench.call("run", "tiny-run").status == 0
    log = bench.trial() / "reproduce" / "reproduce.log"
    assert log.is_file()
    assert not log.is_symlink()
    assert unstamped(log.read_text()) == "truth\nsaid\n"


@pytest.mark.parametrize(
    "body",
    [
        "rm -rf ../../.reproduce.work ../../.reproduce.tmp",
        "rm -rf ../submission; touch ../submission",
        "mkdir -p ../../.reproduce.started.json/x; rm -rf ../submission",
        "rm -rf ../../rollout",
        "mv ../../rollout ../../../away; ln -s ../away ../../rollout",
        "rm ../../rollout/outcome.json; echo 43 > ../../rollout/submission/main.txt",
        "cd /; rm -rf $HOME/../../../*",
        "cd /; rm -rf $HOME/../../../../../../../trials",
    ],
)
def test_a_payload_that_removes_its_workplace(bench: Bench, body: str) -> None:
    bench.submission_run(body + "; true")
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "workspace_damaged")
    assert bench.outcome("grading")["reason"] == "ok"
    assert left(bench) == WHOLE
    assert (bench.trial() / "rollout/submission/main.txt").read_text() == "code\n"
    assert bench.outcome("rollout")["reason"] == "ok"


@pytest.mark.parametrize("moved", ["", "trials", "trials/tiny"])
def test_a_run_that_was_moved_and_linked_stays_where_it_lies(
    bench: Bench, tmp_path: Path, moved: str
) -> None:
    bench.submission_run("echo 42 > answer.txt; rm -rf ../scratch")
    assert bench.call("plan", "tiny-run").status == 0
    link, there = bench.runs / "tiny-run" / moved, tmp_path / "there"
    link.mkdir(parents=True, exist_ok=True)
    link.rename(there)
    link.symlink_to(there)
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "ok"
    assert link.readlink() == there
    assert list(there.rglob("answer.txt"))


@pytest.mark.parametrize("folder", ["..", "../..", "../../../.."])
def test_a_payload_that_locks_its_workplace(bench: Bench, folder: str) -> None:
    bench.submission_run(f"chmod 000 {folder}")
    argv = bench.argv("run", "tiny-run")
    if os.geteuid() == 0:
        argv = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *argv]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert bench.outcome("reproduce")["reason"] == "workspace_damaged"
    assert left(bench) == WHOLE


@pytest.mark.parametrize(("depth", "name"), [(1100, "ab"), (400, "a" * 200)])
def test_a_tree_deeper_than_any_path(bench: Bench, depth: int, name: str) -> None:
    bench.submission_run("echo 42 > answer.txt\n" + DEEP.format(depth=depth, name=name), max_retries=0)
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "workspace_damaged")
    assert "paths of more than" in outcome["message"]
    assert (bench.trial() / "reproduce/submission/answer.txt").read_text() == "42\n"
    assert bench.call("resume", "tiny-run").status == 0
    # What tidies after the tests walks by recursion.
    remove_tree(bench.trial())


def test_a_stopped_supervisor_still_keeps_the_time_limit(bench: Bench) -> None:
    bench.submission_run("kill -STOP $PPID; sleep 600", limits=limits(time_limit_minutes=0.03))
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "time_limit")


def test_a_killed_supervisor_leaves_no_process(bench: Bench) -> None:
    bench.submission_run("setsid sleep 77777 &\nkill -9 $PPID; sleep 66666\n", max_retries=1)
    assert bench.call("run", "tiny-run").status == 1
    outcome = bench.outcome("reproduce")
    assert (outcome["failure_class"], outcome["reason"]) == ("infrastructure", "supervisor_lost")
    assert outcome["tries"] == 2
    home = f"HOME={bench.root}".encode()
    assert not procfs.with_variable(lambda variable: variable.startswith(home))
    assert bench.call("resume", "tiny-run").status == 1
    assert bench.outcome("reproduce")["tries"] == 4


@pytest.mark.parametrize("hole", ["big", "main.txt", "../scratch/tmp/big", "../big"])
def test_a_sparse_file_counts_as_what_it_claims(bench: Bench, hole: str) -> None:
    bench.submission_run(f"truncate -s 60G {hole}; echo 42 > answer.txt", limits=limits(output_limit_mib=10))
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "output_limit"
    assert (bench.trial() / "reproduce/submission/answer.txt").exists()
    assert not (bench.trial() / "reproduce/submission/big").exists()


def test_what_lies_beside_the_submission_counts_for_the_output_limit(bench: Bench) -> None:
    bench.submission_run("head -c 9000000 /dev/zero > ../big; sleep 60", limits=limits(output_limit_mib=2))
    bench.call("run", "tiny-run")
    assert bench.outcome("reproduce")["reason"] == "output_limit"


def test_a_name_that_is_no_utf8_in_a_message(bench: Bench) -> None:
    folder = bench.submission_run("echo 42 > answer.txt")
    os.mkfifo(os.fsencode(folder) + b"/p\xffpe")
    assert bench.call("run", "tiny-run").status == 0
    assert "p\\udcffpe" in bench.outcome("rollout")["message"]


def test_no_name_in_a_message_commands_the_terminal(bench: Bench) -> None:
    folder = bench.submission_run(
        "head -c 3M /dev/zero > $'a\\e[2Jb'; sleep 9", limits=limits(output_limit_mib=1)
    )
    os.mkfifo(folder / "c\x1b]0;title\x07\nd\u202e")
    answer = bench.call("run", "tiny-run")
    status = bench.call("status", "tiny-run")
    assert "c\\x1b]0;title\\x07\\nd\\u202e" in bench.outcome("rollout")["message"]
    assert "a\\x1b[2Jb" in bench.outcome("reproduce")["message"]
    for mark in "\x1b\x07\u202e":
        assert mark not in answer.out + answer.err + status.out
    assert "a\\x1b[2Jb" in status.out
    # What an older version or somebody else wrote is no different.
    path = bench.trial() / "rollout/outcome.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"message": "\x1b[2J"}))
    assert "\x1b" not in bench.call("status", "tiny-run").out


def test_a_link_in_place_of_scratch_is_not_followed(bench: Bench) -> None:
    outside = write(bench.root / "outside/file", "x")
    outside.chmod(0o400)
    bench.submission_run(f"rm -rf ../scratch; ln -s {outside.parent} ../scratch; ln -s {outside.parent} l")
    assert bench.call("run", "tiny-run").status == 0
    assert outside.read_text() == "x"
    assert stat.S_IMODE(outside.stat().st_mode) == stat.S_IRUSR


def test_resuming_a_copy_leaves_the_original_alone(bench: Bench, tmp_path: Path) -> None:
    bench.submission_run(f"touch {tmp_path}/started; sleep 3; echo 42 > answer.txt", max_retries=0)
    assert bench.call("plan", "tiny-run").status == 0
    process = bench.start("run", "tiny-run")
    while not (tmp_path / "started").exists():
        time.sleep(0.02)
    shutil.copytree(bench.runs / "tiny-run", bench.runs / "copy", symlinks=True)
    (bench.runs / "copy" / "lease.json").unlink()
    assert bench.call("resume", str(bench.runs / "copy")).status == 0
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert bench.outcome("reproduce")["reason"] == "ok"
