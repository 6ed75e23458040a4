"""A tiny data root, and the command as a user calls it on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.tiny_root import add_agent, add_run, add_submission, tiny_root

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a call gave back."""

    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of an error."""
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.strip()


@dataclass(frozen=True)
class Bench:
    """One data root with its runs folder."""

    root: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    def call(self, *words: str) -> Answer:
        """The command in this process."""
        self.capsys.readouterr()
        status = main([*words, "--root", str(self.root)])
        caught = self.capsys.readouterr()
        return Answer(status, caught.out, caught.err)

    def argv(self, *words: str) -> list[str]:
        """The command for a process of its own."""
        return [sys.executable, "-m", "runner", *words, "--root", str(self.root)]

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        return subprocess.Popen(
            self.argv(*words), cwd=CHECKOUT, env={**os.environ, **env}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def submission_run(self, script: str | None, name: str = "tiny-run", **changes: Any) -> Path:
        """A run over one submission with this reproduce.sh; returns the submission's folder."""
        folder = add_submission(self.root / "handed-in" / name, script)
        add_agent(self.root, f"agent-{name}", "submission", {"tiny": [str(folder)]})
        add_run(self.root, name, [f"agent-{name}"], **changes)
        return folder

    def trial(self, trial: str = "tiny/agent-tiny-run/1", run: str = "tiny-run") -> Path:
        return self.runs / run / "trials" / trial

    def outcome(self, stage: str, trial: str = "tiny/agent-tiny-run/1", run: str = "tiny-run") -> Any:
        """A stage's outcome; grading's folder is named by the judge."""
        folder = self.trial(trial, run) / stage
        paths = list(folder.glob("*/outcome.json")) if stage == "grading" else [folder / "outcome.json"]
        return json.loads(paths[0].read_bytes())


def limits(**reproduce: Any) -> dict[str, Any]:
    """Limits of a run with these for reproduce."""
    return {"rollout": {"time_limit_minutes": 1}, "reproduce": {"time_limit_minutes": 1} | reproduce}


def make_bench(root: Path, capsys: pytest.CaptureFixture[str], **changes: Any) -> Bench:
    """A bench over a new tiny root."""
    return Bench(tiny_root(root, **changes), capsys)
