"""What base starts from: what is there, a registry that answers, debootstrap, an image, or a tarball."""

import io
import signal
import tarfile
from pathlib import Path

import pytest

from runner.images.starting import registry_silent
from tests.images.conftest import Yard
from tests.images.test_building import alive, wait_for


@pytest.fixture(autouse=True)
def ask_again() -> None:
    registry_silent.cache_clear()


def argument(yard: Yard, name: str) -> str:
    words = yard.calls()[-1]["argv"]
    return next(str(word).partition("=")[2] for word in words if word.startswith(f"{name}="))


def apt(yard: Yard, *lines: str) -> None:
    path = yard.bin / "apt-get"
    path.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
    path.chmod(0o755)


def test_a_registry_that_answers_is_taken(yard: Yard) -> None:
    assert yard.build("base").status == 0
    assert argument(yard, "bootstrap") == "docker"
    (asked,) = yard.calls("pull")
    assert asked["argv"][-1].startswith("docker://debian:")


@pytest.mark.parametrize("option", ["--list", "--dry-run"])
def test_who_only_looks_asks_no_registry(yard: Yard, option: str) -> None:
    yard.behave("no-registry")
    said = yard.build("agent", option)
    assert (said.status, said.err) == (0, "")
    assert yard.calls("pull") == []


def test_without_a_registry_debootstrap_takes_the_mirror_of_apt(yard: Yard) -> None:
    yard.behave("no-registry")
    (yard.bin / "debootstrap").touch(mode=0o755)
    apt(yard, "http://a/debian-security Debian", "http://b/debian Debian", "http://c/other Other")
    said = yard.build("base")
    assert said.status == 0
    assert "no registry gives debian:bookworm (no such host); starting from debootstrap" in said.err
    assert (argument(yard, "bootstrap"), argument(yard, "mirror")) == ("debootstrap", "http://b/debian")


def test_without_a_mirror_it_says_how_to_give_one(yard: Yard) -> None:
    (yard.bin / "debootstrap").touch(mode=0o755)
    apt(yard, "http://a/debian-security Debian")
    yard.site(bootstrap="debootstrap")
    assert "give one as build argument mirror" in yard.build("base").err
    yard.site(bootstrap="debootstrap", arguments={"mirror": "http://own/debian"})
    assert yard.build("base").status == 0
    assert argument(yard, "mirror") == "http://own/debian"


def test_an_image_that_is_there_decides_and_nobody_is_asked(yard: Yard) -> None:
    yard.site(bootstrap="debootstrap", arguments={"mirror": "http://own/debian"})
    (yard.bin / "debootstrap").touch(mode=0o755)
    assert yard.build("base").status == 0
    yard.site(arguments={"mirror": "http://own/debian"})
    assert yard.build("agent").status == 0
    assert len(yard.calls()) == 2
    assert yard.calls("pull") == []


def tarball(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


TARBALLS = {"manifest.json": "docker-archive", "./oci-layout": "oci-archive", "./etc/passwd": "scratch"}


@pytest.mark.parametrize("name", TARBALLS)
def test_a_tarball_is_taken_for_what_it_is(yard: Yard, tmp_path: Path, name: str) -> None:
    path = tarball(tmp_path / "a.tar", name)
    yard.site(bootstrap="tarball", source=str(path))
    said = yard.build("base", "--dry-run").out
    assert f"bootstrap={TARBALLS[name]} " in said


def test_what_is_no_tarball_is_refused(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("no")
    yard.site(bootstrap="tarball", source=str(tmp_path / "a.tar"))
    assert "a.tar cannot be read as a tarball" in yard.build("base").line


def test_a_tarball_must_be_named(yard: Yard) -> None:
    yard.site(bootstrap="tarball")
    assert "images.bootstrap: tarball needs images.source" in yard.build("base").line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_asking_a_registry_ends_with_whoever_asks(yard: Yard, number: signal.Signals) -> None:
    yard.behave("held")
    builder = yard.start("base")
    wait_for(lambda: yard.calls("pull"))
    builder.send_signal(number)
    builder.communicate()
    wait_for(lambda: not alive(yard.bin / "apptainer"))
    yard.behave()
    assert yard.build("base").status == 0
    assert yard.litter() == []
