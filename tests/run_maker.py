"""Makes run folders as the runner and the judges leave them, for tests of what reads them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.run_folder import RunFolder
from validators.digest import leaf_digests
from validators.tree import Node, leaves

AT = "2026-01-31T12:00:00Z"
PAPER = "0" * 64
LIMIT: Mapping[str, Any] = {"time_limit_minutes": 5.0}


def digest(text: str) -> str:
    """A digest to tell things apart by."""
    return sha256(text.encode()).hexdigest()


JUDGE = digest("judge")


def planned_trial(trial: str, **changes: Any) -> dict[str, Any]:
    """A trial of a plan, from its id."""
    paper, agent, attempt = trial.split("/")
    number = int(attempt) if attempt.isdigit() else 1
    return {"id": trial, "paper": paper, "agent": agent, "attempt": number} | changes


def call(trial: str, name: str, **changes: Any) -> dict[str, Any]:
    """A line of a ledger."""
    return {
        "schema": "ledger/v1",
        "id": name,
        "trial": trial,
        "judge": JUDGE,
        "at": "2026-01-31T12:00:00Z",
        "kind": "grade",
        "model": "m",
        "tokens_in": 100,
        "tokens_cached": 40,
        "tokens_out": 10,
        "cost_usd": 0.25,
    } | changes


@dataclass
class RunMaker:
    """A run of planned trials, papers x agents x attempts, in `<runs>/<name>`."""

    runs: Path
    rubrics: Mapping[str, Node]
    name: str = "run"
    agents: Sequence[str] = ("oracle",)
    attempts: int = 1
    protocol: str = "full"
    scoring: str = "paper-2025"
    repeats: int = 1
    limits: Mapping[str, Any] = field(default_factory=lambda: LIMIT)
    container: str = "process"
    network: str = "open"
    _by_paper: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def folder(self) -> RunFolder:
        """The run's folder."""
        return RunFolder(self.runs / self.name)

    def trials(self) -> list[str]:
        """The ids of all trials, in the plan's order."""
        return [
            f"{paper}/{agent}/{attempt}"
            for paper in self.rubrics
            for agent in self.agents
            for attempt in range(1, self.attempts + 1)
        ]

    def plan(self, **changes: Any) -> RunFolder:
        """Write plan.lock and the rubrics; changes replace keys of the plan."""
        digests = {paper: self.folder.add_rubric(paper, root) for paper, root in self.rubrics.items()}
        (self.folder.path / "plan.lock").write_text(json.dumps(self._plan(digests) | changes))
        return self.folder

    def _plan(self, digests: Mapping[str, str]) -> dict[str, Any]:
        judge = {"schema": "judge/v1", "id": "constant", "otherwise": "constant", "repeats": self.repeats}
        agents = [{"schema": "agent/v1", "id": agent, "kind": "noop"} for agent in self.agents]
        limits = {"rollout": dict(self.limits), "reproduce": dict(LIMIT)}
        config = {
            "schema": "run/v1",
            "id": "run",
            "papers": list(self.rubrics),
            "agents": [{"id": agent} for agent in self.agents],
            "attempts": self.attempts,
            "protocol": self.protocol,
            "container": self.container,
            "network": self.network,
            "limits": limits,
            "judge": "constant",
            "scoring": self.scoring,
        }
        return {
            "schema": "plan/v1",
            "run": self.name,
            "uuid": f"uuid-{self.name}",
            "origin": "planned",
            "created_at": AT,
            "runner": "0.1.0",
            "data_root": "/data",
            "protocol": self.protocol,
            "scoring": self.scoring,
            "config": config,
            "judge": {"config": judge, "folder": "/data", "digest": JUDGE},
            "papers": [{"id": paper, "rubric": digests[paper], "paper": PAPER} for paper in self.rubrics],
            "agents": [{"config": agent, "digest": digest(agent["id"])} for agent in agents],
            "trials": [planned_trial(trial) for trial in self.trials()],
        }

    def outcome(self, trial: str, stage: str, judge: str | None = None, **changes: Any) -> None:
        """Write the outcome of a stage; by default it went well."""
        folder = self.folder.trial(trial).path / stage / (judge or "")
        folder.mkdir(parents=True, exist_ok=True)
        outcome = {
            "schema": "outcome/v1", "trial": trial, "stage": stage, "failure_class": "none", "reason": "ok",
            "started_at": AT, "finished_at": AT, "duration_seconds": 0.0, "host": "here",
        }  # fmt: skip
        (folder / "outcome.json").write_text(json.dumps(outcome | changes))

    def ran(self, trial: str) -> None:
        """Write outcomes of a rollout and a reproduction that went well."""
        self.outcome(trial, "rollout")
        self.outcome(trial, "reproduce")

    def graded(
        self, trial: str, verdicts: Iterable[dict[str, Any]], judge: str = JUDGE, finished: bool = True
    ) -> Path:
        """Append the verdicts to a grading, and write its outcome if it is finished; the verdicts' file."""
        folder = self.folder.trial(trial).stage("grading", judge)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(line) for line in verdicts]
        with (folder / "verdicts.jsonl").open("a") as stream:
            stream.writelines(f"{line}\n" for line in lines)
        if finished:
            grading = {"judge": judge, "kind": "constant", "repeats": self.repeats, "leaves": 0, "judged": 0}
            self.outcome(trial, "grading", judge, grading=grading)
        return folder / "verdicts.jsonl"

    def grade_all(self, trial: str, scores: Mapping[str, float | None], **options: Any) -> Path:
        """Run the trial and give these leaves these scores; None is a failed verdict."""
        self.ran(trial)
        lines = [self.verdict(trial, path, score) for path, score in scores.items()]
        return self.graded(trial, lines, **options)

    def verdict(
        self, trial: str, path: str, score: float | None, repeat: int = 0, **changes: Any
    ) -> dict[str, Any]:
        """A verdict on a leaf of the trial's paper."""
        words = {None: "failed", 1.0: "met", 0.0: "unmet"}
        return {
            "schema": "verdict/v1", "trial": trial, "judge": JUDGE, "path": path,
            "leaf": self._digests(trial)[path], "repeat": repeat,
            "verdict": words.get(score, "score"), "score": score, "by": "constant", "at": AT,
        } | changes  # fmt: skip

    def _digests(self, trial: str) -> dict[str, str]:
        paper = trial.split("/", 1)[0]
        if paper not in self._by_paper:
            self._by_paper[paper] = leaf_digests(self.rubrics[paper])
        return self._by_paper[paper]

    def leaf_paths(self, trial: str) -> list[str]:
        """The paths of all leaves of the trial's rubric."""
        return [path for path, _ in leaves(self.rubrics[trial.split("/", 1)[0]])]
