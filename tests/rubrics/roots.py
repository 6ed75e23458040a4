"""A data root around the rubrics of tests/cases/rubrics, with stored scores and a git history."""

import os
import shutil
import subprocess
from pathlib import Path

from runner.rubrics.named import load_rubric
from tests.run_maker import RunMaker

CASES = Path(__file__).parents[1] / "cases" / "rubrics"
OLD, NEW = CASES / "old.yaml", CASES / "new.yaml"
SCORES = {
    "root/method/loss": 1.0, "root/method/data": 1.0, "root/method/seed": 0.0,
    "root/results/runs": 1.0, "root/results/answer": 0.5, "root/log": 1.0,
}  # fmt: skip
_IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | {
    f"GIT_{who}_{what}": f"somebody@{what}.example"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def rubric_root(root: Path, rubric: Path = OLD) -> Path:
    """A data root with the rubric of the paper tiny."""
    (root / "papers").mkdir(parents=True)
    (root / "rubrics").mkdir()
    shutil.copy(rubric, root / "rubrics" / "tiny.yaml")
    return root


def add_scores(root: Path, name: str = "run") -> RunMaker:
    """Two attempts of one agent, graded by the old rubric: one wholly, one without its log."""
    maker = RunMaker(root / "runs", {"tiny": load_rubric(OLD).tree}, name=name, attempts=2, repeats=2)
    maker.plan()
    for trial, missing in (("tiny/oracle/1", ""), ("tiny/oracle/2", "root/log")):
        maker.ran(trial)
        maker.graded(
            trial,
            [
                maker.verdict(trial, path, score, repeat)
                for path, score in SCORES.items()
                for repeat in (0, 1)
                if path != missing
            ],
        )
    return maker


def git(folder: Path, *arguments: str) -> None:
    """Run git there, as somebody without settings of their own."""
    subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, env=os.environ | _IDENTITY
    )


def commit_all(folder: Path, message: str) -> None:
    """Commit everything that is not ignored."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
