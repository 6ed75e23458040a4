"""Root inside: a script may install system packages, and what it leaves is the user's own again."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from runner.copying import remove_tree
from tests.containers.inside import AS_ROOT, Contained
from tests.containers.killing import lost_once
from tests.containers.twisting import twist

USER = pytest.mark.skipif(AS_ROOT, reason="root is refused it")
INSTALL = """
set -e
id -u
touch /usr/bin/tool && chown 1:1 /usr/bin/tool && stat -c %u:%g /usr/bin/tool
mkdir -p /tmp/p/DEBIAN /tmp/p/usr/bin
printf 'Package: tiny\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' \\
  > /tmp/p/DEBIAN/control
printf '#!/bin/sh\\necho tiny runs\\n' > /tmp/p/usr/bin/tiny; chmod 755 /tmp/p/usr/bin/tiny
dpkg-deb -b /tmp/p /tmp/tiny.deb > /dev/null
dpkg -i /tmp/tiny.deb > /dev/null
tiny
useradd --system ours && su -s /bin/sh ours -c 'id -u' && chown ours: main.txt
su -s /bin/sh ours -c 'echo z > /tmp/of-another-user; echo z > /var/tmp/of-another-user-too'
mkdir -p theirs/closed "$TMPDIR/theirs"; echo x > theirs/closed/file; echo y > theirs/also
chown -R 33:33 theirs "$TMPDIR/theirs"; chown 65534:65534 theirs/closed/file
chmod 000 theirs/closed/file theirs/closed theirs
ln -s /etc/passwd link; chown -h 7:7 link
"""
DEEP = """
python3 - <<'EOF'
import os
for _ in range(1100):
    os.mkdir("abcd")
    os.chown("abcd", 33, 33)
    os.chdir("abcd")
EOF
"""


@USER
@pytest.mark.parametrize("network", ["none", "open"])
def test_system_packages_can_be_installed(contained: Contained, network: str) -> None:
    done = contained.run(INSTALL, writable_root=["reproduce"], network=network)
    assert done.outcome["reason"] == "ok", done.log
    assert done.log.startswith("0\n1:1\n")
    assert "tiny runs" in done.log
    assert done.outcome["observed"]["read_only_root"] is False
    assert "read_only_root" not in done.outcome["declared"]
    assert (done.submission / "theirs/closed/file").read_text() == "x\n"
    for folder, folders, files in os.walk(done.folder):
        for name in (*folders, *files):
            assert (Path(folder, name)).lstat().st_uid == os.getuid()
    assert (done.submission / "link").is_symlink()
    assert Path("/etc/passwd").stat().st_uid == 0
    again = contained.run(
        "! command -v tiny && ! test -e /usr/bin/tool", "again", writable_root=["reproduce"]
    )
    assert again.outcome["reason"] == "ok", again.log


@USER
@pytest.mark.parametrize("place", ["odd:name,with \"all\" 'of it'"])
def test_in_a_folder_with_any_name(contained: Contained, place: str) -> None:
    runs = contained.bench.root / place
    contained.plan("touch /usr/bin/tool; echo 42 > answer.txt", writable_root=["reproduce"])
    answer = contained.bench.call("run", "run", "--runs", str(runs))
    assert answer.status == 0, answer.err
    assert (runs / "run/trials/tiny/run/1/reproduce/submission/answer.txt").exists()


@USER
def test_a_run_that_was_killed_among_files_of_others_is_resumed(contained: Contained) -> None:
    script = "mkdir d; echo x > d/f; chown -R 33:33 d; chmod 000 d; touch $TMPDIR/there; sleep 4"
    contained.plan(script, writable_root=["reproduce"])
    process = contained.bench.start("run", "run")
    work = contained.bench.runs / "run/trials/tiny/run/1/.reproduce.work"
    for _ in range(1200):
        if (work / "scratch/tmp/there").exists():
            break
        time.sleep(0.05)
    assert (work / "submission/d").stat().st_uid != os.getuid()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    answer = contained.bench.call("resume", "run")
    assert answer.status == 0, answer.err
    outcome = contained.result().outcome
    assert (outcome["reason"], outcome["tries"]) == ("ok", 2)
    assert (contained.result().submission / "d/f").read_text() == "x\n"
    assert not work.exists()


@USER
def test_at_its_limit_all_is_given_back(contained: Contained) -> None:
    script = "mkdir d; echo x > d/f; chown -R 33:33 d; chmod 000 d; (setsid env -i sleep 300 &); sleep 300"
    limits = {"rollout": {"time_limit_minutes": 1}, "reproduce": {"time_limit_minutes": 0.05}}
    done = contained.run(script, writable_root=["reproduce"], limits=limits)
    assert done.outcome["reason"] == "time_limit"
    assert (done.submission / "d/f").read_text() == "x\n"
    assert stat.S_IMODE((done.submission / "d").stat().st_mode) & 0o700 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user is not refused it")
def test_root_is_refused_it_in_one_line(contained: Contained) -> None:
    contained.plan("true", writable_root=["reproduce"])
    answer = contained.call()
    assert answer.status == 1
    assert "writable_root as root would hand the machine to a submission" in answer.line


def test_a_stage_without_it_has_a_root_that_stays(contained: Contained) -> None:
    if AS_ROOT:
        pytest.skip("root is refused it")
    done = contained.run("! touch /usr/bin/tool", writable_root=["rollout"])
    assert (done.outcome["reason"], done.outcome["observed"]["read_only_root"]) == ("ok", True)


@USER
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no-ids", "there is no user there but root"),
        ("no-root", "could not use fakeroot: no mapping entry found in /etc/subuid"),
    ],
)
def test_who_has_no_ids_is_told_in_one_line(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    twist(monkeypatch, tmp_path, name, "--fakeroot")
    contained.plan("true", writable_root=["reproduce"])
    answer = contained.call()
    assert answer.status == 1
    assert "does not let you be root inside a container" in answer.line
    assert why in answer.line
    assert "ask for a line of yours in /etc/subuid and /etc/subgid" in answer.line
    assert not (contained.bench.runs / "run" / "trials").exists()


@USER
def test_a_container_that_is_lost_leaves_nobody_elses_files(contained: Contained) -> None:
    script = "mkdir d; echo x > d/f; chown -R 33:33 d; chmod 755 d; sleep 20"
    contained.plan(script, writable_root=["reproduce"])
    trial = contained.bench.runs / "run/trials/tiny/run/1"
    with lost_once(trial):
        answer = contained.call()
    assert answer.status == 1, answer.err
    outcome = contained.result().outcome
    assert (outcome["failure_class"], outcome["reason"]) == ("infrastructure", "container_lost")
    assert {path.name for path in trial.iterdir()} == {"rollout", "reproduce"}


@USER
def test_an_interrupted_run_leaves_nobody_elses_files(contained: Contained) -> None:
    script = "mkdir d; echo x > d/f; chown -R 33:33 d; touch $TMPDIR/there; sleep 20"
    contained.plan(script, writable_root=["reproduce"])
    process = contained.bench.start("run", "run")
    trial = contained.bench.runs / "run/trials/tiny/run/1"
    for _ in range(1200):
        if (trial / ".reproduce.work/scratch/tmp/there").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert "go on with 'paperbench resume" in err
    assert "Traceback" not in err
    for folder, folders, _ in os.walk(trial):
        for name in folders:
            assert Path(folder, name).lstat().st_uid == os.getuid(), name


@USER
def test_giving_back_touches_only_what_was_others(contained: Contained) -> None:
    script = "mkdir d; echo x > d/f; chown -R 33:33 d\n" + DEEP
    outcome = contained.run(script, writable_root=["reproduce"]).outcome
    assert outcome["reason"] == "workspace_damaged", outcome
    assert "paths of more than" in outcome["message"]
    made = outcome["made"]
    assert (made["changed"], made["rewritten"], made["deleted"]) == (0, 0, 0)
    assert made["new"] >= 1
    remove_tree(contained.bench.runs)
