"""Other ways to run a reproduce.sh that fails: each from a fresh copy, the best one kept."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.execution.bench import CHECKOUT, Bench, limits
from tests.execution.test_crash_injection import check_crash, check_whole
from validators.log_text import unstamped

FAKES = CHECKOUT / "tests/fakes/pythons"
OTHER = {"python": "3.99"}
# Which way this is: as it is, with the fake Python, or with an environment.
WHICH = "way=plain; case $(command -v python3) in */salvage/bin/*) way=other;; */venv/*) way=venv;; esac\n"


@pytest.fixture(autouse=True)
def _pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(FAKES), os.environ["PATH"]]))


def salvaged(bench: Bench, script: str, *ways: dict[str, Any], **changes: Any) -> Any:
    """Run a script with these ways; its outcome."""
    bench.submission_run(WHICH + script, reproduction={"salvage": list(ways)}, **changes)
    assert bench.call("run", "tiny-run").status == 0
    return bench.outcome("reproduce")


def kept(bench: Bench) -> Path:
    return bench.trial() / "reproduce"


def log(bench: Bench) -> str:
    return unstamped((kept(bench) / "reproduce.log").read_text())


def summary(outcome: Any) -> list[tuple[str | None, str, bool]]:
    """Python, reason and whether it is kept, of each way."""
    return [(way.get("python"), way["reason"], way["kept"]) for way in outcome["attempts"]]


def test_without_salvage_nothing_is_told_of_ways(bench: Bench) -> None:
    bench.submission_run("exit 3")
    bench.call("run", "tiny-run")
    outcome = bench.outcome("reproduce")
    assert outcome.get("attempts", []) == []
    assert (outcome["reason"], outcome["exit_status"]) == ("exit_status", 3)


def test_what_works_as_it_is_is_run_once(bench: Bench) -> None:
    outcome = salvaged(bench, "echo $way", OTHER)
    assert summary(outcome) == [(None, "ok", True)]
    assert "message" not in outcome
    assert log(bench) == "plain\n"


def test_another_python_is_what_the_script_finds(bench: Bench) -> None:
    script = "echo $way; [ $way = other ] || exit 4; python3 a; python b; pip install c; pip3 d > made.txt"
    outcome = salvaged(bench, script, OTHER)
    assert summary(outcome) == [(None, "exit_status", False), ("3.99", "ok", True)]
    assert outcome["attempts"][0]["exit_status"] == 4
    assert (outcome["failure_class"], outcome["reason"], outcome["exit_status"]) == ("none", "ok", 0)
    assert outcome["message"] == "kept of 2 ways: with Python 3.99"
    assert log(bench) == "other\nfake 3.99: a\nfake 3.99: b\nfake 3.99: -m pip install c\n"
    assert (kept(bench) / "submission/made.txt").read_text() == "fake 3.99: -m pip d\n"
    assert outcome["made"]["new"] == 1


def test_a_virtual_environment_is_new_and_active(bench: Bench) -> None:
    script = """
[ $way = venv ] || exit 1
python3 -c 'import sys; sys.exit(sys.prefix == sys.base_prefix)' || exit 2
[ "$(command -v pip)" = "$VIRTUAL_ENV/bin/pip" ] || exit 3
case $VIRTUAL_ENV in "$PWD"/*) exit 4;; esac
"""
    outcome = salvaged(bench, script, {"venv": True})
    assert outcome["exit_status"] == 0, log(bench)
    assert outcome["attempts"][1] | {"duration_seconds": 0} == {
        "venv": True, "exit_status": 0, "reason": "ok", "duration_seconds": 0, "kept": True,
    }  # fmt: skip


def test_of_those_that_fail_what_ran_longest_is_kept(bench: Bench) -> None:
    script = 'echo $way > $way.txt; echo "said $way"; [ $way = other ] && sleep 0.6; exit 5'
    outcome = salvaged(bench, script, OTHER, {})
    assert summary(outcome) == [
        (None, "exit_status", False), ("3.99", "exit_status", True), (None, "exit_status", False),
    ]  # fmt: skip
    assert log(bench) == "said other\n"
    assert {path.name for path in (kept(bench) / "submission").glob("*.txt")} == {"main.txt", "other.txt"}
    assert "other.txt" in (kept(bench) / "manifest.after.jsonl").read_text()
    longest = max(way["duration_seconds"] for way in outcome["attempts"])
    assert outcome["attempts"][1]["duration_seconds"] == longest
    assert outcome["duration_seconds"] >= longest
    assert outcome["submission"]


def test_making_an_environment_is_no_time_of_the_scripts(bench: Bench) -> None:
    script = "[ $way = plain ] && sleep 0.9; echo $way > $way.txt; exit 5"
    outcome = salvaged(bench, script, {"venv": True})
    assert summary(outcome) == [(None, "exit_status", True), (None, "exit_status", False)]
    assert (kept(bench) / "submission/plain.txt").is_file()
    assert outcome["attempts"][1]["duration_seconds"] < 0.9


@pytest.mark.parametrize(
    ("way", "reason"),
    [({"python": "3.98"}, "no_such_python"), ({"python": "3.99", "venv": True}, "no_venv")],
)
def test_a_way_that_there_is_not_is_never_the_submissions(
    bench: Bench, way: dict[str, Any], reason: str
) -> None:
    outcome = salvaged(bench, "echo $way; exit 7", way, {})
    assert [one["reason"] for one in outcome["attempts"]] == ["exit_status", reason, "exit_status"]
    assert "exit_status" not in outcome["attempts"][1]
    assert not outcome["attempts"][1]["kept"]
    assert (outcome["reason"], outcome["exit_status"], log(bench)) == ("exit_status", 7, "plain\n")


def test_a_way_that_the_machine_loses_takes_nothing_from_an_earlier_one(bench: Bench) -> None:
    script = (
        "echo $way > $way.txt; [ $way = other ] && { echo 43 > ../../rollout/submission/main.txt; "
        "kill -9 $PPID; sleep 60; }; exit 5"
    )
    outcome = salvaged(bench, script, OTHER, {}, max_retries=0)
    assert (outcome["failure_class"], outcome["reason"], outcome["exit_status"]) == (
        "submission", "exit_status", 5,
    )  # fmt: skip
    assert [way["reason"] for way in outcome["attempts"]] == ["exit_status", "supervisor_lost", "exit_status"]
    assert not outcome["attempts"][1]["kept"]
    assert outcome["made"]["new"] == 1
    assert (kept(bench) / "submission/plain.txt").exists()
    assert (bench.trial() / "rollout/submission/main.txt").read_text() == "code\n"
    assert {path.name for path in bench.trial().iterdir()} == {"rollout", "reproduce", "grading"}


def test_a_lost_way_that_spoilt_the_earlier_one_is_tried_again(bench: Bench) -> None:
    script = "[ $way = other ] && { rm -rf ../../.reproduce.kept; kill -9 $PPID; sleep 60; }; exit 5"
    bench.submission_run(WHICH + script, reproduction={"salvage": [OTHER]}, max_retries=0)
    assert bench.call("run", "tiny-run").status == 1
    assert bench.outcome("reproduce")["reason"] == "supervisor_lost"


def test_the_first_way_that_works_is_the_last(bench: Bench) -> None:
    outcome = salvaged(bench, "[ $way = other ]", OTHER, {"venv": True})
    assert len(outcome["attempts"]) == 2


@pytest.mark.parametrize(
    ("script", "changes", "reason"),
    [
        ("sleep 60", {"time_limit_minutes": 0.01}, "time_limit"),
        ("head -c 3000000 /dev/zero > big; exit 1", {"output_limit_mib": 1}, "output_limit"),
    ],
)
def test_a_limit_that_was_passed_is_not_salvaged(
    bench: Bench, script: str, changes: dict[str, Any], reason: str
) -> None:
    outcome = salvaged(bench, script, OTHER, limits=limits(**changes))
    assert outcome["reason"] == reason
    assert summary(outcome) == [(None, reason, True)]


def test_exit_status_0_past_a_limit_is_no_success(bench: Bench) -> None:
    script = (
        "if [ $way = other ]; then trap 'exit 0' TERM; head -c 3000000 /dev/zero > big; "
        "while true; do sleep 0.02; done; fi; sleep 3; exit 5"
    )
    outcome = salvaged(bench, script, OTHER, limits=limits(output_limit_mib=1))
    assert summary(outcome) == [(None, "exit_status", True), ("3.99", "output_limit", False)]
    assert outcome["attempts"][1]["exit_status"] == 0
    assert outcome["exit_status"] == 5


def test_each_way_has_all_of_the_limits_and_nothing_of_the_one_before(bench: Bench) -> None:
    script = """
[ -z "$(ls -A "$HOME" "$TMPDIR" | grep -v :)" ] || exit 40
[ -e big ] && exit 41
head -c 700000 /dev/zero > big
touch "$HOME/x" "$TMPDIR/y" main.txt
[ $way = other ]
"""
    outcome = salvaged(bench, script, {}, OTHER, limits=limits(output_limit_mib=1))
    assert [way["exit_status"] for way in outcome["attempts"]] == [1, 1, 0]
    assert outcome["reason"] == "ok"


def test_without_a_script_no_way_is_tried(bench: Bench) -> None:
    bench.submission_run(None, reproduction={"salvage": [OTHER]})
    bench.call("run", "tiny-run")
    outcome = bench.outcome("reproduce")
    assert outcome["reason"] == "no_reproduce_script"
    assert outcome.get("attempts", []) == []


@pytest.mark.parametrize(
    "tamper",
    [
        "echo forged > {kept}/results.txt",
        "rm -rf {kept}",
        "mv {kept} {away}; ln -s {away} {kept}",
        "chmod 0 {kept}",
    ],
)
def test_what_was_kept_stays_as_it_was_or_is_dropped(bench: Bench, tamper: str, tmp_path: Path) -> None:
    body = tamper.format(kept="../../.reproduce.kept", away=tmp_path / "away")
    script = f"if [ $way = plain ]; then sleep 0.6; echo true > results.txt; else {body}; fi; exit 1"
    outcome = salvaged(bench, script, OTHER)
    assert summary(outcome) == [(None, "exit_status", False), ("3.99", "exit_status", True)]
    assert "earlier way" in outcome["message"]
    submission = kept(bench) / "submission"
    assert not submission.is_symlink()
    assert {path.name for path in submission.iterdir()} == {"main.txt", "reproduce.sh"}
    assert {path.name for path in bench.trial().iterdir()} == {"rollout", "reproduce", "grading"}


def test_a_kill_while_a_second_way_runs_leaves_nothing_half(bench: Bench) -> None:
    mark = bench.root / "mark"
    script = (
        f"echo start $PAPERBENCH_STAGE >> {mark}; [ $way = plain ] && exit 1; sleep 1.5; echo 42 > answer.txt"
    )
    bench.submission_run(WHICH + script, reproduction={"salvage": [OTHER]})
    process = bench.start("run", "tiny-run")
    while not mark.exists() or mark.read_text().count("start") < 2:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert (bench.trial() / ".reproduce.kept").is_dir()
    assert bench.call("resume", "tiny-run").status == 0
    check_whole(bench.runs / "tiny-run")
    outcome = bench.outcome("reproduce")
    assert outcome["tries"] == 2
    assert summary(outcome) == [(None, "exit_status", False), ("3.99", "ok", True)]


def test_a_crash_at_moments_of_all_ways_is_resumed(bench: Bench) -> None:
    script = f"echo start $PAPERBENCH_STAGE >> {bench.root}/events\necho 42 > answer.txt\n[ $way = other ]"
    bench.submission_run(WHICH + script, reproduction={"salvage": [{}, OTHER], "clean": True})
    argv = [sys.executable, "-m", "tests.fakes.crash.every_moment", str(bench.root), "13", "9"]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=240)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) > 5
    for one in told:
        check_crash(bench, one)
