"""Containers see the driver's programs and the devices of a stage that asks for GPUs, and else none."""

import shutil
from pathlib import Path

import pytest

from tests.containers.inside import Contained
from tests.containers.twisting import put
from tests.execution.bench import limits
from tests.tiny_root import add_site

LOOK = """
command -v nvidia-smi rocm-smi
nvidia-smi
for name in CUDA HIP ROCR; do name=${name}_VISIBLE_DEVICES; echo "$name=${!name-unset}"; done
exit 0
"""


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A script, on a machine with a driver's program."""
    if shutil.which("nvidia-smi") is not None:
        pytest.skip("there is a real nvidia-smi here")
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho a driver of $(uname -s)\n")
    program.chmod(0o755)
    put(monkeypatch, tmp_path, program)
    return LOOK


def test_a_stage_that_asks_sees_its_own(contained: Contained, look: str) -> None:
    add_site(contained.bench.root, gpus=["4", "GPU-7a", "5"])
    done = contained.run(look, limits=limits(gpus=2))
    assert done.outcome["reason"] == "ok", done.outcome
    assert "a driver of Linux" in done.log
    assert "CUDA_VISIBLE_DEVICES=4,GPU-7a\n" in done.log
    assert "HIP_VISIBLE_DEVICES=unset" in done.log
    assert done.outcome["gpus"] == ["4", "GPU-7a"]


def test_a_stage_that_does_not_ask_sees_none(contained: Contained, look: str) -> None:
    add_site(contained.bench.root, gpus=["4"])
    done = contained.run(look)
    assert "a driver" not in done.log
    assert "/nvidia-smi" not in done.log
    assert "CUDA_VISIBLE_DEVICES=\n" in done.log


def test_another_vendors_devices_have_other_names(contained: Contained, look: str) -> None:
    add_site(contained.bench.root, gpus=["1", "0"], gpu_vendor="amd")
    done = contained.run(look, limits=limits(gpus=1))
    assert done.outcome["reason"] == "ok", done.outcome
    assert "a driver" not in done.log
    for name in ("CUDA", "HIP", "ROCR"):
        assert f"{name}_VISIBLE_DEVICES=1\n" in done.log
