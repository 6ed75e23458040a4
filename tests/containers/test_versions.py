"""Machines without Apptainer, with an old one, and with another program of its kind: one line each."""

import shutil
from pathlib import Path

import pytest

from tests.containers.twisting import put
from tests.execution.bench import make_bench
from tests.tiny_root import add_run, write

SAYS = """#!/bin/sh
[ "$1" = --version ] && echo "{said}" && exit {status}
echo "it was started" >&2
exit 3
"""


def answer_of(root: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a run in containers ends with, before anything is made."""
    bench = make_bench(root, capsys)
    write(root / "image.sif", "no image")
    image = {"sif": "image.sif", "sha256": "0" * 64}
    add_run(root, "run", container="apptainer", network="none", images={"reproduce": image})
    answer = bench.call("run", "run")
    assert answer.status == 1
    assert {path.name for path in (root / "runs" / "run").iterdir()} <= {"plan.lock", "rubrics"}
    assert not list((root / "runs" / "run").glob("**/.*"))
    return answer.line


def test_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("git", "python3", "sh", "bash"):
        if (found := shutil.which(tool)) is not None:
            (tools / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    line = answer_of(tmp_path / "root", capsys)
    assert line.startswith("paperbench: apptainer is not on PATH; install it (your distribution's package")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("apptainer version 1.0.3", "apptainer on PATH has version 1.0.3; install 1.2 or newer"),
        ("apptainer version 1.1.9-1.el8", "has version 1.1.9-1.el8; install 1.2 or newer"),
        ("singularity-ce version 4.1.0", "says 'singularity-ce version 4.1.0' and is another program"),
        ("singularity version 3.8.7", "put Apptainer >= 1.2 before it"),
        ("", "says '' and is another program"),
    ],
)
def test_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    program = write(tmp_path / "apptainer", SAYS.format(said=said, status=0))
    program.chmod(0o755)
    put(monkeypatch, tmp_path, program)
    assert words in answer_of(tmp_path / "root", capsys)


@pytest.mark.parametrize(
    "said", ["apptainer version 1.2.0", "apptainer version 1.4.5", "apptainer version 2.0.0-rc.1"]
)
def test_new_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    program = write(tmp_path / "apptainer", SAYS.format(said=said, status=0))
    program.chmod(0o755)
    put(monkeypatch, tmp_path, program)
    assert "image.sif" in answer_of(tmp_path / "root", capsys)


def test_one_that_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write(tmp_path / "apptainer", SAYS.format(said="version GLIBC_2.38 not found", status=1))
    program.chmod(0o755)
    put(monkeypatch, tmp_path, program)
    line = answer_of(tmp_path / "root", capsys)
    assert "'apptainer --version ...' ended with status 1: version GLIBC_2.38 not found" in line
    assert "mend it, or put another before it on PATH" in line
