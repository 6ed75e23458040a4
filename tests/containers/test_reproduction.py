"""Salvage, cleaning and the facts of the machine, in real containers."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.containers.inside import Contained
from tests.execution.bench import CHECKOUT, limits
from tests.execution.test_clean import committed
from tests.tiny_root import add_site, write

FAKES = CHECKOUT / "tests/fakes/gpus"
WHICH = "python3 -V; case $(command -v python3) in /scratch/salvage/*) ;; *) exit 9;; esac\n"
IN_VENV = "python3 -c 'import sys; sys.exit(sys.prefix == sys.base_prefix)'"


def has(sif: Path, program: str, *words: str) -> bool:
    """Whether the image has a program that answers so."""
    superuser = ["--userns", "--no-privs"] if os.geteuid() == 0 else []
    argv = ["apptainer", "--quiet", "exec", "--containall", "--no-home", "--pwd", "/", *superuser]
    return (
        subprocess.run([*argv, str(sif), program, *words], capture_output=True, check=False).returncode == 0
    )


def test_another_python_in_a_fresh_container(contained: Contained) -> None:
    done = contained.run(WHICH, reproduction={"salvage": [{"python": "3.77"}, {"python": "3.11"}]})
    attempts = done.outcome["attempts"]
    assert [(way.get("python"), way["reason"], way["kept"]) for way in attempts] == [
        (None, "exit_status", False), ("3.77", "no_such_python", False), ("3.11", "ok", True),
    ]  # fmt: skip
    assert done.outcome["exit_status"] == 0
    assert done.log.startswith("Python 3.11.")
    assert done.outcome["observed"]["network"] == "none"
    assert done.outcome["image"] == contained.digest


def test_a_new_virtual_environment(contained: Contained) -> None:
    done = contained.run(
        f"{IN_VENV} && [ -x /scratch/salvage/venv/bin/pip ]", reproduction={"salvage": [{"venv": True}]}
    )
    (plain, venv) = done.outcome["attempts"]
    expected = "ok" if has(contained.sif, "python3", "-c", "import ensurepip") else "no_venv"
    assert (plain["reason"], venv["reason"]) == ("exit_status", expected)


def test_as_root_inside_each_way_is_fresh_too(contained: Contained) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may not be root inside")
    script = "[ -e /marked ] && exit 50; touch /marked x; chown 7:7 x; mkdir d; chown 7 d; chmod 0 d; exit 8"
    done = contained.run(script, writable_root=["reproduce"], reproduction={"salvage": [{}, {}]})
    assert [way["exit_status"] for way in done.outcome["attempts"]] == [8, 8, 8], done.outcome
    assert done.outcome["made"]["new"] == 1


def test_cleaning_happens_inside(contained: Contained, tmp_path: Path) -> None:
    if not has(contained.sif, "git", "--version"):
        pytest.skip("the image has no git")
    folder = committed(tmp_path / "mine", "ls -A $HOME $TMPDIR; echo 42 > answer.txt")
    write(folder / "old/results.json", "old\n")
    write(folder / "model.bin", "old\n")
    ran = "touch /submission/ran /tmp/ran; :"
    for name in ("core.fsmonitor", "core.pager"):
        subprocess.run(["git", "-C", str(folder), "config", name, ran], check=True)
    done = contained.run(folder, reproduction={"clean": True, "salvage": [{}]})
    assert (done.outcome["reason"], done.outcome["message"]) == ("ok", "git clean removed 1 file")
    names = {path.name for path in done.submission.iterdir()}
    assert names == {".git", ".gitignore", "main.txt", "reproduce.sh", "model.bin", "answer.txt"}


def test_an_image_without_git_cleans_nothing(contained: Contained, tmp_path: Path) -> None:
    if has(contained.sif, "git", "--version"):
        pytest.skip("the image has git")
    folder = committed(tmp_path / "mine")
    write(folder / "results.json", "old\n")
    done = contained.run(folder, reproduction={"clean": True})
    assert (done.outcome["reason"], done.outcome["message"]) == ("ok", "nothing was cleaned: there is no git")
    assert (done.submission / "results.json").exists()


def test_the_environment(contained: Contained) -> None:
    done = contained.run("true")
    told = done.outcome["environment"]
    said = subprocess.run(["apptainer", "--version"], capture_output=True, text=True, check=True).stdout
    assert told["apptainer"] == said.split()[-1]
    assert "python" not in told
    assert told["image"] == contained.sif.name
    packages = contained.bench.runs / "run" / told["packages"]
    assert packages.name == f"{contained.digest[:12]}.packages.txt"
    assert "bash" in packages.read_text()


@pytest.mark.parametrize("gpus", [0, 1])
def test_tools_of_the_driver_are_bound_only_where_gpus_are_asked_for(
    contained: Contained, monkeypatch: pytest.MonkeyPatch, gpus: int
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(FAKES), os.environ["PATH"]]))
    add_site(contained.bench.root, gpus=["1"])
    script = 'command -v nvidia-smi; nvidia-smi; echo "[$CUDA_VISIBLE_DEVICES]"; exit 0'
    done = contained.run(script, limits=limits(gpus=gpus))
    told = done.outcome["environment"].get("gpus", [])
    if gpus:
        assert done.log.endswith("/nvidia-smi\nNVIDIA-SMI fake\n[1]\n")
        assert [gpu["model"] for gpu in told] == ["NVIDIA A100-SXM4-40GB"]
    else:
        assert "NVIDIA-SMI" not in done.log
        assert done.log.endswith("\n[]\n")
        assert told == []
