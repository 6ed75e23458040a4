"""What keeps images from being built, told before it is tried."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from runner.apptainer.calls import version
from runner.errors import PaperbenchError
from runner.images.calling import caller_environment
from runner.images.hindrance import Machine, diagnosed, hindrance
from runner.planning.resolve import payload_stages
from tests.images.conftest import Yard
from validators.models.config import Images

FULL = "000001ffffffffff"
LESS = "000001fffeffffff"
GOOD = {
    "proc/sys/user/max_user_namespaces": "1000",
    "proc/sys/kernel/cap_last_cap": "40",
    "proc/self/status": f"Name:\tx\nCapBnd:\t{FULL}\n",
    "etc/subuid": "agent:100000:65536\n2002:1:65536\n",
    "etc/subgid": "agent:100000:65536\n2002:1:65536\n",
}


def machine(
    tmp_path: Path, user: str = "agent", uid: int = 2001, programs: str = "apptainer", **files: str
) -> Machine:
    (tmp_path / "bin").mkdir()
    for program in programs.split():
        (tmp_path / "bin" / program).touch(mode=0o755)
    for name, text in (GOOD | {key.replace("__", "/"): text for key, text in files.items()}).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(str(tmp_path / "bin"), tmp_path, uid, user)


def test_a_user_with_ids_builds(tmp_path: Path) -> None:
    here = machine(tmp_path)
    assert hindrance(here, {}) is None
    assert not here.needs_fakeroot


def test_ids_may_be_given_to_a_number(tmp_path: Path) -> None:
    assert hindrance(machine(tmp_path, "other", 2002), {}) is None


def test_root_with_all_capabilities_builds_as_it_is(tmp_path: Path) -> None:
    here = machine(tmp_path, "root", 0)
    assert (hindrance(here, {}), here.needs_fakeroot) == (None, False)


def test_root_without_all_needs_ids_of_its_own(tmp_path: Path) -> None:
    here = machine(tmp_path, "root", 0, proc__self__status=f"CapBnd:\t{LESS}\n")
    assert here.needs_fakeroot
    assert "add the line 'root:1000000:65536' to /etc/subuid and /etc/subgid" in str(hindrance(here, {}))
    (tmp_path / "etc/subuid").write_text("root:1000000:65536\n")
    assert hindrance(here, {}) is not None
    (tmp_path / "etc/subgid").write_text("root:1000000:65536\n")
    assert hindrance(here, {}) is None


def test_without_ids_a_user_needs_the_command_fakeroot(tmp_path: Path) -> None:
    here = machine(tmp_path, "nobody", 65534)
    assert "there is no command fakeroot" in str(hindrance(here, {}))
    (tmp_path / "bin" / "fakeroot").touch(mode=0o755)
    assert hindrance(here, {}) is None


@pytest.mark.parametrize(("status", "hindered"), [(0, False), (1, True)])
def test_ids_may_be_given_by_a_directory(tmp_path: Path, status: int, hindered: bool) -> None:
    here = machine(tmp_path, "else", 2003)
    program = tmp_path / "bin" / "getsubids"
    program.write_text(f'#!/bin/sh\n[ "$1" != -g ] || shift\necho "0: $1 100000 65536"\nexit {status}\n')
    program.chmod(0o755)
    assert bool(hindrance(here, {})) == hindered


def test_root_with_all_capabilities_needs_no_namespace(tmp_path: Path) -> None:
    assert hindrance(machine(tmp_path, "root", 0, proc__sys__user__max_user_namespaces="0"), {}) is None


SAID = {
    "ERROR:   Failed to create user namespace: not allowed to create user namespace": True,
    "unshare: unrecognized option: map-auto\nFATAL:   While performing build: exit status 1": False,
    "cat: /proc/1/uid_map: Permission denied\nFATAL:   While performing build: exit status 1": False,
}


@pytest.mark.parametrize("said", SAID)
def test_only_apptainers_own_words_are_taken_for_a_refused_namespace(tmp_path: Path, said: str) -> None:
    why = diagnosed(machine(tmp_path), said) or ""
    assert why.startswith("user namespaces are not allowed here") == SAID[said]


def test_the_way_out_is_of_a_stage_that_starts_containers(tmp_path: Path) -> None:
    why = str(hindrance(machine(tmp_path, "nobody", 65534), {}))
    config = YAML(typ="safe").load(why[why.index("images: {") :].replace("..", "a" * 64))
    assert set(Images.model_validate(config["images"]).model_fields_set) <= {*payload_stages("full")}


WORDS = {
    "programs": ("python3", "apptainer is not on PATH; install it"),
    "proc__sys__user__max_user_namespaces": ("0", "max_user_namespaces is 0"),
}


@pytest.mark.parametrize("what", WORDS)
def test_what_cannot_work_is_named_with_what_to_do(tmp_path: Path, what: str) -> None:
    value, expected = WORDS[what]
    assert expected in str(hindrance(machine(tmp_path, **{what: value}), {}))  # type: ignore[arg-type]


def test_debootstrap_must_be_there_where_it_is_used(tmp_path: Path) -> None:
    here = machine(tmp_path)
    assert "debootstrap is not on PATH: install it" in str(hindrance(here, {"bootstrap": "debootstrap"}))
    assert hindrance(here, {"bootstrap": "docker"}) is None


def test_the_command_says_so_and_the_way_out(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    # The fake is what this machine has; without it there may be a real one.
    (yard.bin / "apptainer").unlink()
    monkeypatch.setenv("PATH", str(yard.bin))
    said = yard.build("base").line
    assert said.startswith(
        "paperbench: image 'base' cannot be built here: apptainer is not on PATH; install it"
    )


def test_a_base_that_is_there_needs_no_debootstrap(yard: Yard) -> None:
    program = yard.bin / "debootstrap"
    program.touch(mode=0o755)
    yard.site(bootstrap="debootstrap", arguments={"mirror": "http://own/debian"})
    assert yard.build("base").status == 0
    program.unlink()
    if Machine(caller_environment(Path())["PATH"]).has("debootstrap"):
        pytest.skip("this machine has debootstrap of its own")
    assert yard.build("agent").status == 0


def test_a_program_that_does_not_start_is_not_called_missing(tmp_path: Path) -> None:
    program = tmp_path / "apptainer"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    with pytest.raises(PaperbenchError, match="could not start"):
        version({"PATH": str(tmp_path)})
