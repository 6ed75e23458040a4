"""A tiny data root judged by a model: as many leaves as a test wants, and readers of what came out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.cli import main
from tests.tiny_root import add_run, add_submission, tiny_root, write

CATEGORIES = ("Code Development", "Code Execution", "Result Analysis")


@dataclass(frozen=True)
class Bench:
    """A data root with a judge called llm."""

    root: Path

    def paperbench(self, *arguments: str) -> int:
        """One command on this root."""
        return main([*arguments, "--root", str(self.root)])

    def judge(self, name: str, **document: Any) -> None:
        """Write a judge's config."""
        text = {"schema": "judge/v1", "id": name, **document}
        write(self.root / f"runner/configs/judges/{name}.yaml", text)

    def llm(self, url: str | None, name: str = "llm", **llm: Any) -> None:
        """Write a judge that asks a model there."""
        part = {"model": "scripted", "timeout_seconds": 20, "concurrency": 4, **llm}
        self.judge(name, otherwise="llm", llm=part | ({"base_url": url} if url else {}))

    def run(self, name: str, judge: str = "llm", **changes: Any) -> int:
        """Plan and run under that name."""
        add_run(self.root, name, judge=judge, **changes)
        return self.paperbench("run", name)

    def trial(self, run: str, agent: str = "oracle") -> Path:
        """The trial's folder."""
        return self.root / "runs" / run / "trials" / "tiny" / agent / "1"

    def grading(self, run: str, agent: str = "oracle", judge: str | None = None) -> Path:
        """The folder of the only judge, or of the one whose config has that id."""
        folders = list((self.trial(run, agent) / "grading").iterdir())
        if judge is not None:
            folders = [f for f in folders if read(f / "outcome.json")["grading"]["kind"] == judge]
        assert len(folders) == 1, folders
        return folders[0]

    def lines(self, run: str, name: str = "verdicts", **where: Any) -> list[dict[str, Any]]:
        """The lines of verdicts, answers or ledger."""
        file = self.grading(run, **where) / f"{name}.jsonl"
        return list(map(json.loads, file.read_text().splitlines())) if file.exists() else []

    def outcome(self, run: str, **where: Any) -> dict[str, Any]:
        """How grading ended."""
        return read(self.grading(run, **where) / "outcome.json")

    def scores(self, run: str, **where: Any) -> dict[str, float | None]:
        """The last score of each leaf."""
        return {line["path"]: line["score"] for line in self.lines(run, **where)}


def read(path: Path) -> dict[str, Any]:
    """A JSON object."""
    data = json.loads(path.read_text())
    assert isinstance(data, dict)
    return data


def bench(
    root: Path, leaves: int = 6, reproduce: str | None = "#!/bin/bash\necho 42 > answer.txt\n"
) -> Bench:
    """A data root whose rubric has that many leaves, l0 to l<n-1>, of the three categories in turn."""
    tiny_root(root, reproduce=reproduce)
    children = [
        {"id": f"l{n}", "requirement": f"Requirement {n}.", "category": CATEGORIES[n % 3]}
        for n in range(leaves)
    ]
    criterion = {"id": "root", "requirement": "The paper is replicated.", "children": children}
    rubric = {
        "schema": "rubric/v1",
        "paper": "tiny",
        "revision": 1,
        "status": "draft",
        "criterion": criterion,
    }
    write(root / "rubrics/tiny.yaml", rubric)
    return Bench(root)


def with_submission(place: Bench, fill: Callable[[Path], None], agent: str = "own") -> None:
    """Add an agent that hands in one folder, filled by the test."""
    folder = add_submission(place.root / "submissions" / agent)
    fill(folder)
    document = {
        "schema": "agent/v1", "id": agent, "kind": "submission",
        "submissions": [{"paper": "tiny", "folders": [str(folder)]}],
    }  # fmt: skip
    write(place.root / f"runner/configs/agents/{agent}.yaml", document)
