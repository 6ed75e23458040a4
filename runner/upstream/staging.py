"""Where an import writes until all of it is known to be good, and how that becomes part of a run."""

import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from runner.durable import fsync_folder
from runner.run_folder import RunFolder
from runner.upstream.gradings import line

VERDICTS, LEDGER, OUTCOME = "verdicts.jsonl", "ledger.jsonl", "outcome.json"


class Staging:
    """A folder beside the run that mirrors its trials; leaving it removes whatever was not committed."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._folder = run.path.with_name(f".{run.path.name}.{uuid.uuid4().hex}.tmp")
        self._trials: dict[str, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def has(self, trial: str) -> bool:
        """Whether anything of the trial is staged."""
        return trial in self._trials

    def stage(self, trial: str, stage: str) -> Path:
        """The staged folder of a stage (grading/<judge> is one), with what the run holds of it."""
        folder = self._folder / trial / stage
        if not folder.exists():
            self._trials[trial] = None
            there = self._run.trial(trial).path / stage
            if there.is_dir():
                shutil.copytree(there, folder)
            else:
                folder.mkdir(parents=True)
        return folder

    def grading(self, trial: str, judge: str) -> Path:
        """Where the grading stands now: staged, or in the run."""
        staged = self._folder / trial / "grading" / judge
        return staged if staged.exists() else self._run.trial(trial).path / "grading" / judge

    def commit(self, planned: Iterable[str]) -> None:
        """Move what is staged into the run; a folder of a trial that is in no plan gives way."""
        known = set(planned)
        parents: dict[Path, None] = {}
        for trial in self._trials:
            target = self._run.trial(trial).path
            parents[target.parent] = None
            if trial in known:
                _merge(self._folder / trial, target)
                continue
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / trial).rename(target)
        for parent in parents:
            fsync_folder(parent)


def _merge(staged: Path, target: Path) -> None:
    """Move the staged files over those of the trial, outcomes last."""
    files = sorted(
        (path for path in staged.rglob("*") if path.is_file()), key=lambda path: path.name == OUTCOME
    )
    for file in files:
        place = target / file.relative_to(staged)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
        fsync_folder(place.parent)


def write(path: Path, data: bytes, *, append: bool = False) -> None:
    """Write a staged file durably."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    handle = os.open(path, flags, 0o666)
    try:
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def write_outcome(folder: Path, outcome: dict[str, Any]) -> None:
    """Write a stage's outcome."""
    write(folder / OUTCOME, line(outcome))
