"""Where an import writes until all of it is known to be good, and how that becomes part of a run."""

import ctypes
import os
import re
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from runner.run_folder import RunFolder
from runner.upstream.gradings import line
from validators.writing import fsync_folder

VERDICTS, LEDGER, OUTCOME = "verdicts.jsonl", "ledger.jsonl", "outcome.json"


class Staging:
    """A folder beside the run that mirrors its trials; leaving it removes whatever was not committed.

    Whoever stages holds the run's lease: what an import that was killed left beside the run is removed.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        _remove_leftovers(run.path)
        self._folder = run.path.with_name(f".{run.path.name}.{uuid.uuid4().hex}.tmp")
        self._trials: dict[str, None] = {}
        self._made: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def stage(self, trial: str, stage: str) -> str:
        """The staged folder of a stage (grading/<judge> is one), with what the run holds of it."""
        folder = f"{self._folder}/{trial}/{stage}"
        if folder not in self._made:
            self._made.add(folder)
            self._trials[trial] = None
            there = f"{self._run.path}/trials/{trial}/{stage}"
            if os.path.isdir(there):  # noqa: PTH112  thousands of paths: text is faster
                shutil.copytree(there, folder)
            else:
                os.makedirs(folder)  # noqa: PTH103
        return folder

    def grading(self, trial: str, judge: str) -> Path:
        """Where the grading stands now: staged, or in the run."""
        staged = f"{self._folder}/{trial}/grading/{judge}"
        return Path(staged) if staged in self._made else self._run.trial(trial).path / "grading" / judge

    def commit(self, planned: Iterable[str]) -> None:
        """Move what is staged into the run; a folder of a trial that is in no plan gives way."""
        known = set(planned)
        parents: dict[Path, None] = {}
        sync_file_system(self._folder)
        for trial in self._trials:
            target = self._run.trial(trial).path
            if target.parent not in parents:
                parents[target.parent] = None
                target.parent.mkdir(parents=True, exist_ok=True)
            if trial in known:
                _merge(self._folder / trial, target)
                continue
            try:
                os.rename(f"{self._folder}/{trial}", target)  # noqa: PTH104
            except OSError:
                shutil.rmtree(target)
                (self._folder / trial).rename(target)
        for parent in parents:
            fsync_folder(parent)


def _remove_leftovers(run: Path) -> None:
    leftover = re.compile(rf"\.{re.escape(run.name)}\.[0-9a-f]{{32}}\.tmp")
    for folder in run.parent.glob(f".{run.name}.*.tmp"):
        if leftover.fullmatch(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


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


def sync_file_system(folder: Path) -> None:
    """Make everything below the folder durable at once: one call instead of one for each small file."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if libc.syncfs(handle) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(handle)


def write(path: str, data: bytes, *, append: bool = False) -> None:
    """Write a staged file; it is durable once the staging is committed."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    handle = os.open(path, flags, 0o666)
    try:
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)


def write_outcome(folder: str, outcome: dict[str, Any]) -> None:
    """Write a stage's outcome."""
    write(f"{folder}/{OUTCOME}", line(outcome))
