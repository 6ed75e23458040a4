"""collect: the same rows again, whatever is torn, damaged, killed or read at the same time."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from runner.cli import main
from runner.database.reading import DATABASE
from runner.durable import LineWriter
from tests.run_maker import RunMaker, call
from tests.scoring.trees import branch, leaf

TREE = branch("root", leaf("x"), leaf("y"))
ONES = {"root/x": 1.0, "root/y": 1.0}
PROJECT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


def collect(runs: Path, *arguments: str) -> int:
    return main(["collect", "--runs", str(runs), *arguments])


def rows(runs: Path) -> dict[str, list[Any]]:
    """Every row of every table, in an order of its own: SQL promises none."""
    with duckdb.connect(str(runs / DATABASE), read_only=True) as database:
        tables = [name for (name,) in database.execute("SHOW TABLES").fetchall()]
        return {table: sorted(database.execute(f"FROM {table}").fetchall(), key=repr) for table in tables}


def score(runs: Path) -> Any:
    with duckdb.connect(str(runs / DATABASE), read_only=True) as database:
        return database.execute("SELECT lower, upper, complete FROM trial_scores").fetchone()


def made(runs: Path, name: str = "run", attempts: int = 1) -> RunMaker:
    maker = RunMaker(runs, {"p": TREE}, name=name, attempts=attempts)
    maker.plan()
    for trial in maker.trials():
        maker.grade_all(trial, ONES)
    return maker


def verdicts_file(maker: RunMaker) -> Path:
    (path,) = maker.folder.path.glob("trials/p/oracle/1/grading/*/verdicts.jsonl")
    return path


def test_collecting_again_gives_the_same_rows(tmp_path: Path) -> None:
    made(tmp_path, attempts=3)
    made(tmp_path, "more")
    assert collect(tmp_path) == 0
    first = rows(tmp_path)
    assert collect(tmp_path) == 0
    assert rows(tmp_path) == first
    assert len(first["verdicts"]) == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more", DATABASE, "run"]


@pytest.mark.parametrize(
    "torn", [b'{"schema":"verd', b'{"schema":"verd\n', b"\0" * 4096, '{"at":"é'.encode()[:-1]]
)
def test_a_torn_last_line_is_passed_over(torn: bytes, tmp_path: Path) -> None:
    maker = made(tmp_path)
    path = verdicts_file(maker)
    path.write_bytes(path.read_bytes() + torn)
    assert collect(tmp_path) == 0
    assert score(tmp_path) == (1.0, 1.0, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0][:40], lines[1]],
        lambda lines: [b"\xef\xbb\xbf" + lines[0], lines[1]],
        lambda lines: [b"[1, 2]", *lines],
        lambda lines: [b"null", *lines],
        lambda lines: [b"{}", *lines],
        lambda lines: [lines[0][:40] + lines[0], lines[1]],
    ],
    ids=["torn", "byte order mark", "array", "null", "empty", "glued"],
)
@pytest.mark.parametrize("name", ["verdicts.jsonl", "ledger.jsonl"])
def test_a_line_that_cannot_be_read_is_damage(
    name: str, change: Callable[[list[bytes]], list[bytes]], tmp_path: Path, capsys: Capture
) -> None:
    maker = made(tmp_path)
    path = verdicts_file(maker).with_name(name)
    if name == "ledger.jsonl":
        path.write_text("".join(f"{json.dumps(call('p/oracle/1', number))}\n" for number in "12"))
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    assert collect(tmp_path) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line
    assert collect(tmp_path, "--skip-damaged") == 0


def test_a_torn_line_is_no_damage_after_grading_went_on(tmp_path: Path) -> None:
    maker = made(tmp_path)
    path = verdicts_file(maker)
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{second[:60]}")
    with LineWriter(path) as writer:
        writer.append(json.loads(second))
    path.write_bytes(path.read_bytes()[:-1])
    with LineWriter(path) as writer:
        writer.append(json.loads(second))
    assert path.read_text().splitlines()[0] == first
    assert collect(tmp_path) == 0
    assert score(tmp_path) == (1.0, 1.0, True)


def test_a_call_that_stands_twice_in_a_ledger_is_one_call(tmp_path: Path) -> None:
    maker = made(tmp_path, attempts=2)
    for trial in maker.trials():
        lines = [call(trial, "1"), call(trial, "2"), call(trial, "1")]
        folder = next((maker.folder.trial(trial).path / "grading").iterdir())
        (folder / "ledger.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert collect(tmp_path) == 0
    assert len(rows(tmp_path)["calls"]) == 4


def test_only_a_failed_verdict_is_superseded(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path, {"p": TREE})
    maker.plan()
    maker.ran("p/oracle/1")
    history = [("x", None), ("y", 0.5), ("x", 0.25), ("x", 1.0), ("y", None), ("y", 0.0)]
    maker.graded(
        "p/oracle/1", [maker.verdict("p/oracle/1", f"root/{name}", value) for name, value in history]
    )
    assert collect(tmp_path) == 0
    assert score(tmp_path) == (0.375, 0.375, True)


def test_a_verdict_on_another_wording_does_not_count(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path, {"p": TREE})
    maker.plan()
    maker.ran("p/oracle/1")
    lines = [maker.verdict("p/oracle/1", path, 1.0) for path in ONES]
    maker.graded("p/oracle/1", [lines[0], lines[1] | {"leaf": "f" * 64}])
    assert collect(tmp_path) == 0
    assert score(tmp_path) == (0.5, 1.0, False)
    assert rows(tmp_path)["gradings"][0][-1] == 1


def test_a_missing_repeat_leaves_its_leaf_open(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path, {"p": TREE}, repeats=2)
    maker.plan()
    maker.ran("p/oracle/1")
    pairs = [("x", 0, 1.0), ("x", 1, 0.0), ("y", 0, 1.0), ("x", 2, 1.0)]
    lines = [maker.verdict("p/oracle/1", f"root/{name}", value, repeat) for name, repeat, value in pairs]
    maker.graded("p/oracle/1", lines, finished=False)
    assert collect(tmp_path) == 0
    assert score(tmp_path) == (0.25, 0.75, False)


DAMAGES = {
    "plan.lock": "{",
    "trials/p/oracle/1/rollout/outcome.json": '{"schema": "outcome/v1"}',
    "rubrics": None,
    "score": 1.5,
    "verdict": "perhaps",
    "trial": "p/oracle/2",
    "leaf": None,
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_run_is_named_and_left_out_only_when_asked(
    what: str, tmp_path: Path, capsys: Capture
) -> None:
    made(tmp_path, "good")
    assert collect(tmp_path) == 0
    old = (tmp_path / DATABASE).read_bytes()
    bad = made(tmp_path, "bad")
    path = bad.folder.path / what
    if what == "rubrics":
        bad.rubrics = {"p": branch("root", leaf("x"), leaf("other"))}
        bad.plan()
        path /= f"{bad.folder.plan().papers[0].rubric}.json"
        path.write_text(path.read_text().replace("requirement of other", "something else"))
    elif path.exists():
        path.write_text(str(DAMAGES[what]))
    else:
        path = verdicts_file(bad)
        first, second = path.read_text().splitlines()
        path.write_text(f"{first}\n{json.dumps(json.loads(second) | {what: DAMAGES[what]})}\n")
    capsys.readouterr()
    assert collect(tmp_path) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line
    assert "--skip-damaged" in line
    assert (tmp_path / DATABASE).read_bytes() == old
    assert collect(tmp_path, "--skip-damaged") == 0
    assert str(path) in capsys.readouterr().err
    assert [row[0] for row in rows(tmp_path)["runs"]] == ["good"]


def test_without_runs_there_is_one_clear_line(tmp_path: Path, capsys: Capture) -> None:
    assert collect(tmp_path / "none") == 1
    assert "there is no runs folder" in capsys.readouterr().err
    assert collect(tmp_path) == 0
    assert main(["board", "--runs", str(tmp_path)]) == 0
    assert "no rows yet" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_runs_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    made(tmp_path)
    tmp_path.chmod(0o500)
    try:
        assert collect(tmp_path) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_that_takes_no_more_is_one_line_and_keeps_the_old_database(tmp_path: Path) -> None:
    made(tmp_path)
    assert collect(tmp_path) == 0
    old = (tmp_path / DATABASE).read_bytes()
    command = f"ulimit -f 300; exec {sys.executable} -m runner collect --runs {tmp_path}"
    done = subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "cannot write the database" in line
    assert (tmp_path / DATABASE).read_bytes() == old
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATABASE, "run"]


def test_names_that_look_like_patterns_are_read_as_they_are(tmp_path: Path) -> None:
    made(tmp_path, "run[1]*?")
    made(tmp_path, "it's")
    runs = tmp_path
    assert collect(runs) == 0
    assert len(rows(runs)["verdicts"]) == 4


def started(runs: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "runner", "collect", "--runs", str(runs)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)


def test_two_collects_at_once_leave_a_whole_database_and_a_reader_goes_on(tmp_path: Path) -> None:
    made(tmp_path, attempts=3)
    assert collect(tmp_path) == 0
    expected = rows(tmp_path)
    with duckdb.connect(str(tmp_path / DATABASE), read_only=True) as reader:
        both = [started(tmp_path), started(tmp_path)]
        assert [process.wait(60) for process in both] == [0, 0]
        assert reader.execute("SELECT count(*) FROM verdicts").fetchone() == (6,)
    assert rows(tmp_path) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATABASE, "run"]


def test_a_killed_collect_leaves_the_old_database_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    made(tmp_path, attempts=3)
    assert collect(tmp_path) == 0
    old = rows(tmp_path)
    made(tmp_path, "more", attempts=3)
    coin = random.Random(7)
    kills = 0
    for _ in range(12):
        process = started(tmp_path)
        deadline = time.monotonic() + 20
        while (
            not list(tmp_path.glob(".collect-*")) and process.poll() is None and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        time.sleep(coin.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        kills += process.wait(20) == -signal.SIGKILL
        found = rows(tmp_path)
        assert found == old or len(found["runs"]) == 2
    assert kills
    assert collect(tmp_path) == 0
    assert len(rows(tmp_path)["trials"]) == 6
    assert not list(tmp_path.glob(".collect-*"))
