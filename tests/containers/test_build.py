"""Images that Apptainer itself builds, as whoever runs the tests: root or an ordinary user."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from runner.apptainer.calls import call
from runner.apptainer.command import Exec, Places
from runner.images import image_for
from runner.images.hindrance import hindrance, machine
from tests.containers.conftest import lacking
from tests.execution.bench import Bench, make_bench
from tests.processes_left import left_behind
from tests.tiny_root import add_site, write
from validators.corpus import Corpus

RECIPE = """Bootstrap: {{ bootstrap }}
From: {{ from }}

%arguments
    bootstrap=docker
    from=debian:bookworm
    said=nothing
    seconds=0

%files
    data.txt /opt/data.txt

%post
    echo "==> writing"
    echo "{{ said }}" > /opt/said
    cat "$SSL_CERT_FILE" > /opt/seen
    ls -a /tmp /var/tmp > /opt/tmp
    chown 2:2 /opt/said
    sleep {{ seconds }}
"""
ABOVE = """Bootstrap: localimage
From: {{ base }}

%arguments
    base=below.sif

%post
    echo more >> /opt/said
"""


@pytest.fixture
def yard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sif: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """A data root with a recipe that starts from the tests' image, and one upon it."""
    if why := hindrance(machine(os.environ["PATH"]), {}):
        lacking(why)
    bench = make_bench(tmp_path / "root", capsys)
    write(bench.root / "sif/below.def", RECIPE)
    write(bench.root / "sif/above.def", ABOVE)
    write(bench.root / "sif/data.txt", "data\n")
    (tmp_path / "authorities.pem").write_text("an authority\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    site(bench, sif)
    return bench


def site(bench: Bench, sif: Path, **arguments: str) -> None:
    folder = bench.root.parent
    says = {"folder": str(folder / "images, a: b"), "scratch": str(folder / "scratch")}
    add_site(bench.root, images={**says, "bootstrap": "local", "source": str(sif), "arguments": arguments})


def inside(image: Path, folder: Path, *command: str) -> str:
    """What a command prints in an image."""
    asked = Exec(image, command, as_superuser=os.geteuid() == 0)
    return call(asked.argv(), Places(folder, folder, folder).environment(os.environ)).out.decode()


def owners(image: Path, folder: Path) -> set[str]:
    """Whose the files of an image are, in its file system, whatever a namespace makes of that."""
    places = Places(folder, folder, folder).environment(os.environ)
    listed = call(["apptainer", "sif", "list", str(image)], places).out.decode().splitlines()
    (start,) = [line.split("|")[3].split("-")[0].strip() for line in listed if "Squashfs" in line]
    said = call(["unsquashfs", "-lln", "-o", start, str(image)], places).out.decode()
    lines = [line.split() for line in said.splitlines() if "squashfs-root" in line]
    assert any(line[-1].endswith("/opt/said") for line in lines)
    return {line[1] for line in lines}


def test_a_chain_is_built_and_says_what_is_in_it(yard: Bench, sif: Path, tmp_path: Path) -> None:
    site(yard, sif, said="hello, {x} = 'y'")
    said = yard.call("build", "above")
    assert said.status == 0, said.err
    assert "building below-" in said.err
    assert ": writing (" in said.err
    notes: list[str] = []
    image = image_for(yard.root, "above", Corpus(yard.root).site("local"), notes.append)
    assert notes == []
    shown = inside(image.path, tmp_path, "cat", "/opt/said", "/opt/data.txt")
    assert shown == "hello, {x} = 'y'\nmore\ndata\n"
    assert image.packages is not None
    assert "dpkg " in image.packages.read_text()
    assert " 3." in image.packages.read_text()


def test_root_owns_all_and_nothing_of_the_machine_stays(
    yard: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:planted@index/simple")
    assert yard.call("build", "below").status == 0
    (path,) = (tmp_path / "images, a: b").glob("*.sif")
    assert owners(path, tmp_path) == {"0/0"}
    assert inside(path, tmp_path, "cat", "/opt/seen") == "an authority\n"
    # What the script saw as /tmp is the build's own, and all of it is gone.
    assert inside(path, tmp_path, "cat", "/opt/tmp").split() == [
        "/tmp:",
        ".",
        "..",
        "ca.pem",
        "/var/tmp:",
        ".",
        "..",
    ]
    assert [*(tmp_path / "scratch").iterdir()] == []
    places = Places(tmp_path, tmp_path, tmp_path).environment(os.environ)
    assert b"planted" not in call(["apptainer", "inspect", "--json", "--all", str(path)], places).out
    assert b"planted" not in path.read_bytes()


def test_a_builder_that_is_killed_leaves_nothing_that_the_next_does_not_clear(
    yard: Bench, sif: Path, tmp_path: Path
) -> None:
    site(yard, sif, seconds="60")
    builder = yard.start("build", "below")
    log = tmp_path / "images, a: b"
    end = time.monotonic() + 60
    while not any("writing" in path.read_text() for path in log.glob("*.log")):
        assert time.monotonic() < end
        time.sleep(0.05)
    os.kill(builder.pid, signal.SIGKILL)
    builder.communicate()
    while left_behind(tmp_path):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not [*log.glob("*.sif")]
    site(yard, sif)
    assert yard.call("build", "below").status == 0
    assert len([*log.glob("*.sif")]) == 1
    assert [*(tmp_path / "scratch").iterdir()] == []
    shutil.rmtree(tmp_path / "images, a: b")
