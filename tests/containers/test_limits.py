"""At a declared limit everything ends, what is scored is kept, and nothing remains."""

from typing import Any

import pytest

from tests.containers.inside import Contained
from tests.execution.bench import limits

HIDING = """
echo 42 > answer.txt
trap '' TERM INT HUP
(setsid env -i sleep 300 &)
(setsid bash -c "trap '' TERM; (sleep 300 &); sleep 300" &)
python3 -c 'import os, time; os.fork() or os.setsid() and (os.fork() or time.sleep(300))' &
unshare -Urpf sh -c 'setsid sleep 300 & sleep 300' 2>/dev/null &
sleep 300 & sleep 300
"""
GREEDY = "echo 42 > answer.txt\npython3 -c 'import time; x = bytearray(400 << 20); time.sleep(300)'\n"
# Bounded, should nobody keep the limit.
FORKING = """
echo 42 > answer.txt
fork() { [ "$1" -gt 7 ] && sleep 60 && return; fork $(($1 + 1)) & fork $(($1 + 1)) & wait; }
fork 0
"""
PRINTING = (
    "head -c 40M /dev/zero > big; sleep 60",
    "head -c 40M /dev/zero > /tmp/x; sleep 60",
    "truncate -s 60G hole; sleep 60",
    "truncate -s 60G $HOME/hole",
    "yes | head -c 60M; sleep 60",
)
CASES: list[tuple[str, dict[str, Any], str]] = [
    (HIDING, {"time_limit_minutes": 0.06}, "time_limit"),
    (GREEDY, {"mem_gib": 0.2}, "memory_limit"),
    (FORKING, {"processes": 60}, "process_limit"),
    *((f"echo 42 > answer.txt; {one}", {"output_limit_mib": 20}, "output_limit") for one in PRINTING),
]


@pytest.mark.parametrize(
    ("script", "limit", "reason"), CASES, ids=[f"{n}-{c[2]}" for n, c in enumerate(CASES)]
)
def test_a_limit_ends_everything(
    contained: Contained, script: str, limit: dict[str, Any], reason: str
) -> None:
    done = contained.run(script, limits=limits(**limit))
    outcome = done.outcome
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", reason), done.log
    assert (done.submission / "answer.txt").read_text() == "42\n"
    assert outcome["duration_seconds"] < 30
    assert not (done.submission / "hole").exists()
    polled = "mem_gib" in limit or "processes" in limit
    assert outcome.get("limits_by") == ("polled" if polled else None)


def test_within_its_limits_nothing_is_stopped(contained: Contained) -> None:
    allowed = limits(time_limit_minutes=1, mem_gib=1, processes=100, output_limit_mib=50)
    done = contained.run("head -c 20M /dev/zero > some; sleep 1", limits=allowed)
    assert done.outcome["reason"] == "ok"


def test_what_runs_on_after_the_script_is_ended_and_told(contained: Contained) -> None:
    done = contained.run("(setsid env -i sleep 300 &); sleep 0.3; exit 0")
    assert done.outcome["reason"] == "ok"
