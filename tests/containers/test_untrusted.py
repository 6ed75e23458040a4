"""Submissions that turn on their runner from inside: nothing outside their folders is read or written."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from runner.copying import remove_tree
from tests.containers.inside import Contained
from tests.execution.bench import limits
from tests.tiny_root import add_submission, write

SCRIPTS = Path(__file__).parents[1] / "cases" / "containers"
SECRET = "what nobody may read 5f2c"


def test_nothing_outside_is_read_or_written(contained: Contained, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "file", SECRET)
    outside.chmod(0o600)
    before = outside.stat(), outside.parent.stat()
    script = (SCRIPTS / "hostile.sh").read_text()
    for name, value in (("{outside}", outside), ("{folder}", outside.parent)):
        script = script.replace(name, str(value))
    done = contained.run(script)
    outcome = done.outcome
    assert (outcome["failure_class"], outcome["exit_status"]) == ("submission", 3)
    assert outcome["observed"]["read_only_root"] is True
    for said in ("made a device", "linked", "moved"):
        assert said not in done.log
    for told in ("paperbench-inside: uids=0:0:1", "FATAL:   container creation", "\x1b]0;title\x07\x1b[2J"):
        assert told in done.log
    assert [path.name for path in outside.parent.iterdir()] == ["file"]
    after = outside.stat(), outside.parent.stat()
    assert [(s.st_mode, s.st_mtime_ns, s.st_ctime_ns) for s in before] == [
        (s.st_mode, s.st_mtime_ns, s.st_ctime_ns) for s in after
    ]
    # Not even what a link to it stands for was copied.
    assert subprocess.run(["grep", "-rqs", SECRET, contained.bench.runs], check=False).returncode == 1
    for folder, folders, files in os.walk(done.folder):
        for name in (*folders, *files):
            mode = Path(folder, name).lstat().st_mode
            assert not stat.S_ISREG(mode) or not mode & (stat.S_ISUID | stat.S_ISGID), name
    remove_tree(contained.bench.runs)


@pytest.mark.parametrize(
    "body",
    [
        "cd /; rm -rf /submission/* /submission/.??* /scratch/*",
        "chmod 000 /submission /scratch /tmp; cd /; true",
        "rm -rf /scratch/tmp /scratch/home; echo x > /scratch/tmp; mkfifo /scratch/home",
        "kill -9 -1",
        "kill -9 1; kill -STOP 1; kill -9 $PPID; sleep 1",
        "exec 1>&- 2>&- <&-; sleep 1",
        "for i in $(seq 300); do (trap '' TERM INT HUP; sleep 300) & done; exit 0",
    ],
)
def test_it_only_harms_itself(contained: Contained, body: str) -> None:
    done = contained.run(body + "\n", max_retries=0)
    assert done.outcome["failure_class"] in ("none", "submission"), done.outcome
    assert done.outcome["tries"] == 1
    assert (
        contained.bench.runs / "run/trials/tiny/run/1/rollout/submission/main.txt"
    ).read_text() == "code\n"


def test_a_script_that_is_a_link_out_of_the_submission_is_none(contained: Contained, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside.sh", "echo ran > ran.txt\n")
    folder = add_submission(tmp_path / "linked", None)
    (folder / "reproduce.sh").symlink_to(outside)
    outcome = contained.run(folder).outcome
    assert outcome["reason"] == "no_reproduce_script"


def test_a_log_without_end_is_cut_and_ended(contained: Contained) -> None:
    done = contained.run("yes 'paperbench-inside: x'", limits=limits(output_limit_mib=8, log_limit_mib=1))
    assert (done.outcome["failure_class"], done.outcome["reason"]) == ("submission", "output_limit")
    assert (done.folder / "reproduce.log").stat().st_size <= 1 << 20
