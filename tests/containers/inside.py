"""Runs scripts as reproduce.sh inside the image, and tells how they ended."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.execution.bench import Answer, Bench, limits
from tests.tiny_root import add_agent, add_run, add_submission
from validators.log_text import unstamped

AS_ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class Reproduced:
    """One reproduction: its outcome, its log without time stamps, and its folder."""

    outcome: Mapping[str, Any]
    log: str
    folder: Path

    @property
    def submission(self) -> Path:
        return self.folder / "submission"


@dataclass(frozen=True)
class Contained:
    """A tiny data root, and the image that its runs happen in."""

    bench: Bench
    sif: Path
    digest: str

    def plan(self, script: str | Path, name: str = "run", attempts: int = 1, **changes: Any) -> None:
        """A run config over one script, or over a submission folder."""
        folder = script if isinstance(script, Path) else add_submission(self.bench.root / name, script)
        add_agent(self.bench.root, name, "submission", {"tiny": [str(folder)] * attempts})
        standard = {
            "container": "apptainer",
            "network": "none",
            "images": {"reproduce": {"sif": str(self.sif), "sha256": self.digest}},
            "limits": limits(),
            "max_retries": 0,
        }
        add_run(self.bench.root, name, agents=(name,), attempts=attempts, **standard | changes)

    def call(self, name: str = "run") -> Answer:
        """Run what was planned."""
        return self.bench.call("run", name)

    def result(self, name: str = "run", attempt: int = 1) -> Reproduced:
        """How an attempt's reproduction ended."""
        folder = self.bench.runs / name / "trials" / "tiny" / name / str(attempt) / "reproduce"
        log = folder / "reproduce.log"
        return Reproduced(
            json.loads((folder / "outcome.json").read_text()),
            unstamped(log.read_text(errors="replace")) if log.exists() else "",
            folder,
        )

    def run(self, script: str | Path, name: str = "run", **changes: Any) -> Reproduced:
        """Run one script as reproduce.sh to its end."""
        self.plan(script, name, **changes)
        answer = self.call(name)
        assert not answer.err.startswith("paperbench:"), answer.err
        return self.result(name)
