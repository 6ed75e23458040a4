"""Runs a reference submission in a folder of its own."""

import csv
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.papers.refresh_answers import ROOT
from validators.checks import CheckEvidence

SUBMISSIONS = (
    ("bandit-regret", "oracle"),
    ("bandit-regret", "flawed"),
    ("ill-conditioned-momentum", "oracle"),
)


@dataclass(frozen=True)
class Reproduced:
    """A submission after its reproduce.sh has run."""

    root: Path
    handed_in: frozenset[str]
    exit_status: int
    log: str
    cpu_seconds: float

    def evidence(self, category: str | None) -> CheckEvidence:
        """What a check of a leaf of this category may look at."""
        made = files(self.root) - self.handed_in
        looked_at = self.handed_in if category == "Code Development" else made
        return CheckEvidence(self.root, looked_at, self.exit_status, self.log)

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of one of its CSV files."""
        with (self.root / "results" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


Reproduce = Callable[[str, str], Reproduced]


def files(root: Path) -> frozenset[str]:
    """Every file below, by its relative path."""
    return frozenset(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def copy_of(paper: str, submission: str, folder: Path) -> Path:
    """A fresh copy of a reference submission."""
    return shutil.copytree(ROOT / "papers" / paper / "submissions" / submission, folder / submission)


def run(root: Path) -> Reproduced:
    """Run its reproduce.sh with the Python of the tests as python3 and an otherwise bare environment."""
    handed_in = files(root)
    tools = root.parent / "tools"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["sh", str(root / "reproduce.sh")], cwd=root.parent, env={"PATH": f"{tools}:{os.defpath}"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Reproduced(root, handed_in, done.returncode, done.stdout, cpu)
