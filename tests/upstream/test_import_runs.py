"""paperbench import grades beside other processes, and after one that was killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import main
from runner.lease import Lease
from tests.upstream.folders import graded, newer_run, output, tiny, write_paper
from tests.upstream.test_import_grades import grades, one_line, plan_of, run_of

SCORES = (1, 0, 1.0, 0, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_paper(tmp_path / "data")
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(tmp_path / "root")]) == 0
    newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))
    return tmp_path / "root"


def test_a_first_import_waits_for_another(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(root).path.mkdir(parents=True)
    lease = Lease(run_of(root).path)
    capsys.readouterr()
    assert grades(root, tmp_path / "graded") == 1
    assert "is being run by process" in one_line(capsys)
    lease.release()
    assert grades(root, tmp_path / "graded") == 0


def test_of_two_first_imports_none_is_lost(root: Path, tmp_path: Path) -> None:
    commands = []
    for day in ("10", "11"):
        group = f"2025-04-{day}T00-00-00-UTC_run-group_some-agent"
        newer_run(tmp_path / day, output(graded(tiny(), iter(SCORES))), group=group)
        commands.append(
            [sys.executable, "-m", "runner", "import", "grades", str(tmp_path / day), "--root", str(root)]
        )
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    good = sum(process.wait() == 0 for process in started)
    assert good >= 1
    assert len(plan_of(root).trials) == good


def test_what_a_killed_import_left_is_removed(root: Path, tmp_path: Path) -> None:
    runs = root / "runs"
    leftover, other = runs / f".imported.{'0a' * 16}.tmp", runs / f".imported.b.{'0a' * 16}.tmp"
    for folder in (leftover, other):
        (folder / "tiny").mkdir(parents=True)
    assert grades(root, tmp_path / "graded") == 0
    assert not leftover.exists()
    assert other.exists()
