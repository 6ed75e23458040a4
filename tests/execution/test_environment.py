"""What an outcome tells of the machine and of GPUs, of large files, and of who kept the limits."""

import os
import platform
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from runner.stages.gpu_facts import amd, nvidia
from tests.execution.bench import CHECKOUT, Bench, limits
from tests.tiny_root import add_site, write

FAKES = CHECKOUT / "tests/fakes/gpus"
H100 = {"model": "NVIDIA H100 80GB HBM3", "driver": "550.54.15", "memory_gib": 79.6}
A100 = {"model": "NVIDIA A100-SXM4-40GB", "driver": "550.54.15", "memory_gib": 40.0}


def reproduced(bench: Bench, script: str = "true", **changes: Any) -> Any:
    """Run a script; the outcome of its reproduction."""
    bench.submission_run(script, **changes)
    assert bench.call("run", "tiny-run").status == 0
    return bench.outcome("reproduce")


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tools of both vendors on PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(FAKES), os.environ["PATH"]]))


def test_the_machine(bench: Bench) -> None:
    told = reproduced(bench, "python3 --version")["environment"]
    assert told["kernel"] == platform.release()
    assert told["cores"] == len(os.sched_getaffinity(0))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert told["memory_gib"] == pytest.approx(pages / 2**30, abs=0.2)
    log = (bench.trial() / "reproduce/reproduce.log").read_text()
    assert log.endswith(f"Python {told['python']}\n")
    assert {"image", "apptainer", "packages"}.isdisjoint(told)


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        (["0"], [{"device": "0"} | H100]),
        (["1", "0"], [{"device": "1"} | A100, {"device": "0"} | H100]),
        (["GPU-bbbb2"], [{"device": "GPU-bbbb2"} | A100]),
        (["2"], [{"device": "2", "model": "NVIDIA Odd"}]),
        (["MIG-1234"], []),
    ],
)
def test_only_the_gpus_that_the_stage_was_given(
    bench: Bench, devices: list[str], expected: list[dict[str, Any]]
) -> None:
    add_site(bench.root, gpus=devices)
    outcome = reproduced(bench, limits=limits(gpus=len(devices)))
    assert outcome["environment"].get("gpus", []) == expected
    assert outcome["gpus"] == devices


@pytest.mark.usefixtures("fakes")
def test_gpus_of_another_vendor(bench: Bench) -> None:
    add_site(bench.root, gpus=["1"], gpu_vendor="amd")
    told = reproduced(bench, limits=limits(gpus=1))["environment"]
    assert told["gpus"] == [
        {"device": "1", "model": "AMD Instinct MI300X", "driver": "6.7.0", "memory_gib": 192.0}
    ]


@pytest.mark.usefixtures("fakes")
def test_a_stage_without_gpus_asks_nobody(bench: Bench) -> None:
    add_site(bench.root, gpus=["0"])
    assert reproduced(bench)["environment"].get("gpus", []) == []


@pytest.mark.parametrize("tool", [None, "#!/bin/sh\nexit 9\n", "#!/bin/sh\necho 'No devices were found'\n"])
def test_a_tool_that_is_missing_or_fails_is_no_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tool: str | None
) -> None:
    if tool is not None:
        write(tmp_path / "bin/nvidia-smi", tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    add_site(bench.root, gpus=["0"])
    outcome = reproduced(bench, limits=limits(gpus=1))
    assert outcome["reason"] == "ok"
    assert outcome["environment"].get("gpus", []) == []


def test_a_tool_that_fails_is_asked_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "bin/nvidia-smi", f"#!/bin/sh\necho asked >> {tmp_path}/asked\nexit 9\n").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    add_site(bench.root, gpus=["0"])
    for name in ("one", "two"):
        bench.submission_run("true", name, limits=limits(gpus=1))
        assert bench.call("run", name).status == 0
    assert (tmp_path / "asked").read_text() == "asked\n"


@given(some.text() | some.sampled_from(["0, GPU-1, x, y, z", "{}", '{"card0": {}}', '{"card0": 1}', "[]"]))
def test_no_answer_of_a_tool_is_an_error(said: str) -> None:
    for found in (*nvidia(said, ("0", "GPU-")), *amd(said, ("0",))):
        assert found.model


def test_large_files_are_listed_and_none_is_dropped(bench: Bench) -> None:
    script = "truncate -s 3M b.bin; truncate -s 5M a.bin; truncate -s 1M c.bin; truncate -s 1048577 $'d\\xff'"
    outcome = reproduced(bench, script, reproduction={"list_files_over_mib": 1})
    assert outcome["large_files"] == [
        {"path": "a.bin", "bytes": 5 << 20}, {"path": "b.bin", "bytes": 3 << 20},
        {"path": "d\\udcff", "bytes": (1 << 20) + 1},
    ]  # fmt: skip
    assert "message" not in outcome
    assert (bench.trial() / "reproduce/submission/a.bin").stat().st_size == 5 << 20


def test_of_very_many_large_files_the_largest_are_listed(bench: Bench) -> None:
    script = "for i in {1..103}; do truncate -s $((i + 1048576)) $i; done"
    outcome = reproduced(bench, script, reproduction={"list_files_over_mib": 1})
    assert [large["path"] for large in outcome["large_files"]] == [str(i) for i in range(103, 3, -1)]
    assert outcome["message"] == "3 more files over 1 MiB are not listed"


@pytest.mark.parametrize(
    ("asked", "by"), [({}, None), ({"mem_gib": 4.0}, "polled"), ({"processes": 500}, "polled")]
)
def test_who_kept_the_limits_is_told(bench: Bench, asked: dict[str, Any], by: str | None) -> None:
    assert reproduced(bench, limits=limits(**asked)).get("limits_by") == by


def test_too_many_processes(bench: Bench) -> None:
    outcome = reproduced(bench, "for i in {1..20}; do sleep 30 & done; wait", limits=limits(processes=10))
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "process_limit")
    assert "processes" in outcome["message"]
