"""Puts a changed Apptainer on PATH."""

import os
import shutil
from pathlib import Path

import pytest

FAKES = Path(__file__).parents[1] / "fakes" / "apptainer"
# Words in the calls that start a trial's reproduce.sh, and in those that only try an image.
TRIAL = "reproduce.sh"
PROBE = "bash -c :"


def twist(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, when: str = "") -> None:
    """Change the calls with these words, as tests/fakes/apptainer/twists says under this name."""
    real = shutil.which("apptainer")
    assert real is not None
    place = put(monkeypatch, folder, FAKES / "apptainer")
    (place / "real").write_text(real)
    (place / "when").write_text(when)
    shutil.copy(FAKES / "twists" / f"{name}.sh", place / "twist.sh")


def put(monkeypatch: pytest.MonkeyPatch, folder: Path, program: Path) -> Path:
    """Put a program first on PATH; returns the folder that it then lies in."""
    place = folder / "first-on-path"
    place.mkdir(exist_ok=True)
    shutil.copy(program, place / program.name)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    return place
