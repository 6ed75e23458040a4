"""Run folders and images with any name that a file system takes."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.containers.inside import Contained

NAMES = (
    "comma,colon:semi;",
    " blanks  at both ends ",
    "quote\"double'single`back",
    "new\nline",
    "back\\slash$HOME$(id)%s",
    "=equals,src=etc,dst=submission,ro",
    "überraschung-✓-" + "x" * 200,
)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_run_folder_with_any_name(contained: Contained, tmp_path: Path, name: str) -> None:
    runs = tmp_path / name
    image = runs / "images" / f"{name[:40]}.sif"
    image.parent.mkdir(parents=True)
    shutil.copyfile(contained.sif, image)
    odd = replace(contained, sif=image)
    odd.plan("pwd; echo 42 > answer.txt; echo x > /tmp/x; ls -A / | sort | tr '\\n' ' '")
    answer = odd.bench.call("run", "run", "--runs", str(runs))
    assert answer.status == 0, answer.err
    assert (runs / "run/trials/tiny/run/1/reproduce/submission/answer.txt").read_text() == "42\n"
    assert {path.name for path in tmp_path.iterdir()} == {"root", name}
    shutil.rmtree(runs)


def test_a_name_that_apptainer_cannot_be_told(contained: Contained, tmp_path: Path) -> None:
    runs = Path(os.fsdecode(os.fsencode(tmp_path) + b"/no \xff utf8"))
    contained.plan("true")
    answer = contained.bench.call("run", "run", "--runs", str(runs))
    assert answer.status == 1
    assert "apptainer cannot reach" in answer.line
    assert "no UTF-8; keep runs elsewhere with --runs" in answer.line
