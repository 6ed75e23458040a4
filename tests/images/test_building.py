"""Images are built once, by one builder, whole or not at all."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.images.exclusive import clear_images, temporary
from tests.execution.bench import CHECKOUT
from tests.images.conftest import Yard
from validators.digest import sha256_file
from validators.load import load_document
from validators.models.images import BuiltImages

FAKES = CHECKOUT / "tests" / "fakes"


def test_an_image_and_the_one_below_it_are_built_once(yard: Yard) -> None:
    assert yard.build("agent").status == 0
    assert [name.split("-")[0] for name in yard.sifs()] == ["agent", "base"]
    assert yard.build("agent").status == 0
    assert len(yard.calls()) == 2
    assert yard.litter() == []


def test_eight_builders_make_one_image(yard: Yard) -> None:
    yard.behave("held")
    builders = [yard.start("base") for _ in range(8)]
    wait_for(lambda: sum(holds(builder.pid, ".lock") for builder in builders) == 8, 60)
    yard.behave()
    said = [builder.communicate(timeout=120) for builder in builders]
    assert [builder.returncode for builder in builders] == [0] * 8, said
    assert len(yard.calls()) == 1
    assert len({out for out, _ in said}) == 1
    assert len(yard.sifs()) == 1
    assert sum("somebody else builds base-" in err for _, err in said) == 7
    assert yard.litter() == []


def test_a_killed_builder_leaves_no_image_and_no_lock(yard: Yard) -> None:
    yard.behave("slow")
    builder = yard.start("base")
    wait_for(lambda: [*yard.folder.glob(".*.tmp")])
    os.kill(builder.pid, signal.SIGKILL)
    builder.communicate()
    assert yard.sifs() == []
    wait_for(lambda: not alive(yard.bin / "apptainer"))
    yard.behave()
    begin = time.monotonic()
    assert yard.build("base").status == 0
    assert time.monotonic() - begin < 30
    assert len(yard.sifs()) == 1
    assert yard.litter() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_builder_tidies_up(yard: Yard, number: signal.Signals) -> None:
    yard.behave("slow")
    builder = yard.start("base")
    wait_for(lambda: [*yard.folder.glob(".*.tmp")])
    builder.send_signal(number)
    _, err = builder.communicate(timeout=30)
    assert builder.returncode == 130, err
    assert err.splitlines()[-1] == "paperbench: interrupted; nothing half built is left, so build again"
    assert not alive(yard.bin / "apptainer")
    assert (yard.sifs(), yard.litter()) == ([], [])


def test_a_builder_killed_while_it_lists_packages_leaves_nothing_running(yard: Yard) -> None:
    assert yard.build("base").status == 0
    for path in yard.folder.glob("*.packages.txt"):
        assert path.read_text() == "# a list\npackage 1.0\n"
        path.unlink()
    yard.behave("held")
    builder = yard.start("base")
    wait_for(lambda: len(yard.calls("exec")) == 2)
    builder.kill()
    builder.communicate()
    wait_for(lambda: not alive(yard.bin / "apptainer"))
    yard.behave()
    assert yard.build("base").status == 0
    assert len([*yard.folder.glob("*.packages.txt")]) == 1
    assert yard.litter() == []


FAULTS = {
    "disk-full": "the disk is full",
    "no-namespace": "user namespaces are not allowed here",
    "no-network": "cannot be fetched from here",
    "bad-authority": "SSL_CERT_FILE",
    "bad-python": "built: Python 3.12 cannot be fetched from here; the log is ",
    "bad-script": "Unable to locate package nonsense",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_build_says_why_and_leaves_its_log_alone(yard: Yard, fault: str) -> None:
    yard.behave(fault)
    said = yard.build("base")
    assert said.status == 1
    last = said.err.splitlines()[-1]
    assert last.startswith("paperbench: image 'base' could not be built: ")
    assert FAULTS[fault] in last
    assert ("ended with status 255" in last) == (fault != "bad-python")
    (log,) = yard.folder.glob("*.log")
    assert str(log) in last
    assert "Starting build" in log.read_text()
    assert (yard.sifs(), yard.litter()) == ([], [])


def test_those_who_wait_for_a_build_that_fails_are_told_and_do_not_repeat_it(yard: Yard) -> None:
    yard.behave("held")
    builders = [yard.start("base") for _ in range(3)]
    wait_for(lambda: sum(holds(builder.pid, ".lock") for builder in builders) == 3, 60)
    yard.behave("bad-script")
    said = [builder.communicate(timeout=60)[1].splitlines()[-1] for builder in builders]
    assert [builder.returncode for builder in builders] == [1] * 3
    assert all("Unable to locate package nonsense" in line for line in said)
    assert sum(line.count("somebody else built base-") for line in said) == 2
    assert len(yard.calls()) == 1
    # Who comes later tries.
    assert yard.build("base").status == 1
    assert len(yard.calls()) == 2
    yard.behave()
    assert yard.build("base").status == 0


def test_a_build_that_hangs_is_ended(yard: Yard) -> None:
    yard.behave("no-end")
    yard.site(time_limit_minutes=0.02)
    said = yard.build("base").err.splitlines()[-1]
    assert "image 'base' could not be built within 0.02 minutes; see " in said
    assert "images.time_limit_minutes" in said
    assert not alive(yard.bin / "apptainer")
    assert (yard.sifs(), yard.litter()) == ([], [])


def test_what_was_built_is_written_down_and_fits_its_schema(yard: Yard) -> None:
    assert yard.build("agent").status == 0
    agent, base = load_document(yard.folder / "lock.yaml", BuiltImages).images
    assert (agent.name, base.name, base.apptainer) == ("agent", "base", "9.9.9")
    assert yard.sifs() == [f"{one.name}-{one.digest[:12]}.sif" for one in (agent, base)]
    assert agent.arguments["pythons"] == "3.11"
    assert "mirror" not in base.arguments
    assert yard.bench.call("check", str(yard.folder / "lock.yaml")).status == 0


def test_what_is_written_beside_the_recipes_fits_all_rules(yard: Yard) -> None:
    assert yard.build("base").status == 0
    recipes = yard.bench.root / "sif"
    recipes.mkdir(exist_ok=True)
    (recipes / "lock.yaml").write_bytes((yard.folder / "lock.yaml").read_bytes())
    said = yard.bench.call("check")
    assert "lock.yaml" not in said.out + said.err


def test_a_changed_image_is_refused_with_both_digests(yard: Yard) -> None:
    assert yard.build("base").status == 0
    (path,) = yard.folder.glob("*.sif")
    (entry,) = load_document(yard.folder / "lock.yaml", BuiltImages).images
    path.write_bytes(b"other")
    said = yard.build("base").line
    assert entry.sha256 in said
    assert "has sha256 d9298a10d1b07358" in said


def test_half_a_copy_of_an_image_is_no_image(yard: Yard) -> None:
    assert yard.build("base").status == 0
    (path,) = yard.folder.glob("*.sif")
    (yard.folder / "lock.yaml").unlink()
    path.write_bytes(path.read_bytes()[:20])
    said = yard.build("base")
    assert f"{path} may be half a copy: lock.yaml beside it says nothing of it" in said.line
    assert not (yard.folder / "lock.yaml").exists()
    path.unlink()
    assert yard.build("base").status == 0


def test_a_builder_that_dies_at_any_moment_is_followed_by_one_that_builds_or_takes_over(yard: Yard) -> None:
    taken = 0
    for moment in range(60):
        shutil.rmtree(yard.folder, ignore_errors=True)
        (yard.bin / "calls").unlink(missing_ok=True)
        crashed = yard.start("base", PYTHONPATH=str(FAKES / "crash"), PAPERBENCH_CRASH_AT=str(moment))
        crashed.communicate(timeout=60)
        if crashed.returncode == 0:
            break
        there = yard.sifs()
        said = yard.build("base")
        assert said.status == 0, (moment, said.err)
        assert len(yard.calls()) == (1 if there else 2), moment
        assert there in ([], yard.sifs())
        assert len(load_document(yard.folder / "lock.yaml", BuiltImages).images) == 1
        taken += bool(there)
    else:
        pytest.fail("a build never came to its end")
    assert taken


def test_without_locks_two_builders_leave_each_other_alone(yard: Yard) -> None:
    yard.behave("held")
    first, second = (yard.start("base", PYTHONPATH=str(FAKES / "without_locks")) for _ in range(2))
    wait_for(lambda: len([*yard.folder.glob(".*.tmp")]) == 2, 60)
    yard.behave()
    said = [one.communicate(timeout=60) for one in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], said
    assert sum("without a lock somebody else may build base-" in err for _, err in said) == 2
    assert len({out for out, _ in said}) == 1
    (entry,) = load_document(yard.folder / "lock.yaml", BuiltImages).images
    (path,) = yard.folder.glob("*.sif")
    assert sha256_file(path) == entry.sha256
    assert yard.litter() == []


def test_only_what_builders_that_are_gone_left_is_cleared(tmp_path: Path) -> None:
    script = "from runner import procfs; print(procfs.signature())"
    gone = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    mine, theirs = temporary(tmp_path, "base-1"), tmp_path / f".base-1.{gone.stdout.strip()}.0.tmp"
    elsewhere, old = tmp_path / ".base-1.00000000-1-1.0.tmp", tmp_path / ".base-1.00000000-1-1.1.tmp"
    for path in (mine, theirs, elsewhere, old):
        path.touch()
    os.utime(old, (0, 0))
    clear_images(tmp_path, "base-1")
    assert {*tmp_path.iterdir()} == {mine, elsewhere}


def test_scripts_get_the_callers_authorities_and_never_its_tmp(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_text("a certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SECRET", "planted")
    assert yard.build("base").status == 0
    (call,) = yard.calls()
    assert call["env"]["APPTAINERENV_PIP_CERT"] == "/tmp/ca.pem"
    assert not any("planted" in value for value in call["env"].values())
    mounts = [word for word in call["argv"] if word.startswith("type=bind")]
    assert [mount.split("dst=")[1] for mount in mounts] == ["/tmp", "/var/tmp"]
    assert all(str(yard.scratch) in mount for mount in mounts)
    assert call["env"]["APPTAINER_TMPDIR"].startswith(str(yard.scratch))
    assert call["env"]["APPTAINER_CACHEDIR"].startswith(str(yard.scratch))
    assert call["cwd"] == str(yard.root / "sif")


def test_a_place_without_room_is_refused_with_both_numbers(yard: Yard) -> None:
    # A file system of the kernel, on which nothing is ever free.
    yard.site(scratch="/proc/images")
    said = yard.build("base").err.splitlines()[-1]
    assert "a build needs 2 GiB in /proc/images and 0.0 GiB are free there" in said
    assert "images.scratch" in said
    assert yard.calls() == []


def wait_for(what: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def holds(pid: int, suffix: str) -> bool:
    """Whether a process has a file open that ends so."""
    try:
        return any(str(path.readlink()).endswith(suffix) for path in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def alive(program: Path) -> bool:
    """Whether a process runs the program."""
    name = str(program).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if name in (folder / "cmdline").read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def test_the_checkouts_recipes_serve_a_root_that_has_none(yard: Yard) -> None:
    for path in [*(yard.root / "sif").glob("*.def")]:
        path.unlink()
    listed = yard.build("--list").out
    assert [line.split()[0] for line in listed.splitlines()[:3]] == ["base", "agent", "reproduce"]
    assert {path.stem for path in (CHECKOUT / "sif").glob("*.def")} == {"base", "agent", "reproduce"}
