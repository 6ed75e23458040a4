"""The limit on output holds for what has no name, for what cannot be listed, and for very many files."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.copying import make_readable, remove_tree
from runner.measuring import Output
from tests.execution.bench import CHECKOUT, Bench, limits
from tests.execution.test_supervision import reported
from tests.small_disks import small_file_system

NAMELESS = "exec 3<>f; rm f; head -c 30M /dev/zero >&3; "
# Until it is over: what was hidden is found while it is there.
LOCKED = "mkdir d; exec 3>d/f; chmod {mode} d; head -c 30M /dev/zero >&3; sleep 4; chmod 700 d; rm d/f"
BELOW = """python3 - <<'END'
import os
for _ in range(30):
    os.mkdir("x" * 200)
    os.chdir("x" * 200)
os.truncate(os.open("hole", os.O_CREAT | os.O_WRONLY), 60 << 30)
END
sleep 30
"""
MANY = """python3 - <<'END'
import os
for number in range(3000):
    os.mkdir(str(number)) if number % 2 else open(str(number), "w").close()
END
sleep 30
"""


@pytest.mark.parametrize("body", [NAMELESS + "sleep 30", BELOW], ids=["without a name", "below every path"])
def test_what_no_path_names_counts(tmp_path: Path, body: str) -> None:
    report = reported(tmp_path, body, output_limit_bytes=10 << 20, grace_seconds=0.2)
    assert report.ended == "output_limit"
    assert report.duration_seconds < 15
    # What tidies after the tests walks by recursion.
    for made in tmp_path.glob("x*"):
        remove_tree(made)


def test_what_has_a_name_and_is_open_counts_once(tmp_path: Path) -> None:
    body = "head -c 8M /dev/zero > g; exec 3<g; sleep 1; exec 4<g; exit 3"
    report = reported(tmp_path, body, output_limit_bytes=10 << 20)
    assert (report.ended, report.exit_status) == ("exit", 3)


@pytest.mark.parametrize("mode", ["0", "200", "400"])
def test_what_a_payload_locks_counts(bench: Bench, mode: str) -> None:
    bench.submission_run(LOCKED.format(mode=mode), limits=limits(output_limit_mib=10))
    argv = bench.argv("run", "tiny-run")
    if os.geteuid() == 0:
        argv = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *argv]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert bench.outcome("reproduce")["reason"] == "output_limit"


@pytest.mark.parametrize(("most", "ended"), [(2000, "output_limit"), (4000, "exit")])
def test_very_many_files_are_too_much_however_small(tmp_path: Path, most: int, ended: str) -> None:
    body = MANY if ended == "output_limit" else MANY.replace("sleep 30", "sleep 0.5")
    report = reported(tmp_path, body, output_limit_bytes=100 << 20, most_files=most, grace_seconds=0.2)
    assert (report.ended, report.passed) == (ended, "too many files" if ended == "output_limit" else "")


def test_long_paths_count_as_several(tmp_path: Path) -> None:
    output = Output([str(tmp_path)], str(tmp_path), 1 << 30, most=2000)
    deep = tmp_path.joinpath(*["x" * 200] * 9)
    deep.mkdir(parents=True)
    for number in range(400):
        (deep / str(number)).touch()
    assert output.passed(0, [], time.monotonic() + 60) == "too many files"
    for number in range(300):
        (deep / str(number)).unlink()
    assert output.passed(0, [], time.monotonic() + 60) is None


def test_a_slow_disk_is_no_fault_and_does_not_hold_a_supervisor_up(tmp_path: Path) -> None:
    output = Output([str(tmp_path)], str(tmp_path), 1000)
    (tmp_path / "big").write_bytes(b"x" * 5000)
    assert output.passed(0, [], time.monotonic() + 60) == "more than 1000 bytes"
    assert output.passed(0, [], time.monotonic() - 1) is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 60 MiB of its own."""
    with small_file_system(tmp_path / "disk", "size=60m") as folder:
        yield folder


@pytest.mark.parametrize("pause", ["", "; sleep 2"], ids=["at once", "later"])
def test_a_payload_that_fills_the_disk_is_scored_and_stops_no_run(
    bench: Bench, small_disk: Path, pause: str
) -> None:
    body = "exec 3<>f; rm f; head -c 900M /dev/zero >&3; yes | head -c 3M"
    bench.submission_run(f"{body}{pause}; exit 1", limits=limits(output_limit_mib=20))
    answer = bench.call("run", "tiny-run", "--runs", str(small_disk))
    assert answer.status == 0, answer.err
    (outcome,) = small_disk.glob("tiny-run/trials/tiny/*/1/reproduce/outcome.json")
    assert '"output_limit"' in outcome.read_text()


def test_wide_folders_below_long_paths_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    deep = top.joinpath(*["x" * 200] * 9)
    deep.mkdir(parents=True)
    for number in range(50):
        (deep / f"{number}-{'y' * 220}").mkdir()
        (deep / str(number)).touch(0)
    (top / "locked").mkdir(0)
    assert make_readable(top)
    assert len(list(deep.iterdir())) == 50
    assert (top / "locked").stat().st_mode & 0o700 == 0o700
    remove_tree(top)
    assert list(tmp_path.iterdir()) == []
