"""What is said of a container's isolation is what held; and as root it holds too."""

import subprocess
from pathlib import Path

import pytest

from tests.containers.inside import AS_ROOT, Contained
from tests.containers.twisting import TRIAL, twist

LOOK = """
echo "first $(cat /proc/1/comm)"
echo "map $(tr -s ' ' < /proc/self/uid_map)"
touch /usr/x 2>/dev/null && echo "root written"
"""
SCRIPTS = Path(__file__).parents[1] / "cases" / "containers"


def test_what_held_is_told(contained: Contained) -> None:
    done = contained.run(LOOK)
    observed = done.outcome["observed"]
    assert observed["user_namespace"] == ("map 0 0 4294967295" not in done.log)
    assert observed["pid_namespace"]
    assert "first appinit" in done.log
    assert observed["read_only_root"]
    assert "root written" not in done.log


@pytest.mark.parametrize(
    ("name", "field"), [("drop-containment", "pid_namespace"), ("writable-root", "read_only_root")]
)
def test_what_did_not_hold_is_told_and_not_ranked(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, field: str
) -> None:
    twist(monkeypatch, tmp_path, name, TRIAL)
    outcome = contained.run(LOOK).outcome
    assert (outcome["declared"][field], outcome["observed"][field]) == (True, False)
    assert "isolation" in contained.bench.call("board").out


def test_the_kernel_is_out_of_reach(contained: Contained) -> None:
    done = contained.run((SCRIPTS / "kernel.sh").read_text())
    worked = [line for line in done.log.splitlines() if line.startswith("worked")]
    # The first process inside may be signalled; who is nobody outside may see his own processes.
    allowed = {"worked: kill -0 1"} | (
        set() if AS_ROOT else {"worked: unshare -Urmpf mount -t proc none /mnt"}
    )
    assert set(worked) <= allowed, done.log
    assert "CapEff:\t0000000000000000" in done.log
    assert "NoNewPrivs:\t1" in done.log


def configured(folder: Path, *lines: str) -> None:
    """A site's own configuration, for the Apptainer that the twist `site` puts on PATH."""
    found = subprocess.run(
        ["apptainer", "buildcfg", "APPTAINER_CONF_FILE"], capture_output=True, text=True, check=True
    )
    changed = {line.partition("=")[0].strip() for line in lines if not line.startswith("bind path")}
    kept = [
        line
        for line in Path(found.stdout.strip()).read_text().splitlines()
        if line.partition("=")[0].strip() not in changed
    ]
    (folder / "first-on-path" / "apptainer.conf").write_text("\n".join([*kept, *lines]) + "\n")


def test_what_a_site_gives_to_every_container_is_not_there(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "site")
    configured(tmp_path, "mount hostfs = yes", "always use nv = yes", "always use rocm = yes")
    done = contained.run("cut -d' ' -f5 /proc/self/mountinfo | sort; ls -A /.singularity.d/libs; exit 0")
    assert done.outcome["reason"] == "ok"
    mine = {"/submission", "/scratch", "/tmp", "/var/tmp", "/"}
    # /etc/localtime is a link in the image, and what is bound on it shows where that leads.
    others = ("/proc", "/dev", "/sys", "/etc/", "/usr/share/zoneinfo/")
    assert {line for line in done.log.splitlines() if not line.startswith(others)} <= mine


def test_what_a_site_binds_into_every_container_is_not_there(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "site")
    bound = tmp_path / "site"
    bound.mkdir()
    (bound / "data").write_text("of the site")
    configured(tmp_path, f"bind path = {bound}:/opt/site")
    done = contained.run("cat /opt/site/data; getent hosts localhost; date +%Z; exit 0")
    assert done.outcome["reason"] == "ok"
    assert "of the site" not in done.log
    assert "localhost" in done.log
