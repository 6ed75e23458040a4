"""Where everything of a run lies, and how to read it back."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from runner.durable import write_atomic
from runner.errors import PaperbenchError
from validators.digest import rubric_digest
from validators.models.plan import Plan, Snapshot
from validators.models.records import Outcome, Stage
from validators.tree import Node, node_from_data

PLAN = "plan.lock"


def handed_nothing_in(rollout: Outcome) -> bool:
    """Whether a rollout ended without anything to judge, by the agent's fault: the trial's score is 0."""
    nothing = rollout.failure_class == "agent" and rollout.submission is None
    return nothing and rollout.reason != "disqualified"


@dataclass(frozen=True)
class TrialFolder:
    """One trial's folder: rollout/, reproduce/ and grading/<judge digest>/."""

    path: Path

    def stage(self, stage: Stage, judge: str | None = None) -> Path:
        """The folder of a stage; grading needs the judge's digest."""
        return self.path / stage / judge if judge else self.path / stage

    def outcome(self, stage: Stage, judge: str | None = None) -> Outcome | None:
        """How the stage ended; None while it has not. Raises PaperbenchError on a damaged file."""
        path = self.stage(stage, judge) / "outcome.json"
        try:
            return Outcome.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise PaperbenchError(
                f"{path} is damaged ({error.error_count()} faults); remove it and resume"
            ) from None


@dataclass(frozen=True)
class RunFolder:
    """One run's folder: plan.lock, rubrics/<digest>.json and trials/<paper>/<agent>/<n>/."""

    path: Path

    def plan(self) -> Plan:
        """The run's plan; raises PaperbenchError when there is none or it is damaged."""
        path = self.path / PLAN
        try:
            return Plan.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise PaperbenchError(
                f"{self.path} holds no plan.lock; give a run, or make one with 'paperbench plan'"
            ) from None
        except ValidationError as error:
            first = error.errors()[0]
            where = "/".join(map(str, first["loc"]))
            raise PaperbenchError(
                f"{path} is no plan/v1: {first['msg']} at '{where}'; plan again under another name"
            ) from None

    def trial(self, trial_id: str) -> TrialFolder:
        """A trial's folder."""
        return TrialFolder(self.path / "trials" / trial_id)

    def rubric(self, digest: str) -> Node:
        """A rubric exactly as the run scores it; raises PaperbenchError."""
        path = self.path / "rubrics" / f"{digest}.json"
        try:
            snapshot = Snapshot.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            raise PaperbenchError(f"{path} is missing or damaged; plan or import again") from None
        return node_from_data(snapshot.root.model_dump(mode="json", exclude_defaults=True))

    def add_rubric(
        self, paper: str, root: Node, *, revision: int | None = None, source: str | None = None
    ) -> str:
        """Keep a rubric with the run and return its digest; harmless when it is there already."""
        digest = rubric_digest(root)
        path = self.path / "rubrics" / f"{digest}.json"
        if path.exists():
            return digest
        snapshot = Snapshot.model_validate(
            {
                "schema": "snapshot/v1",
                "paper": paper,
                "digest": digest,
                "revision": revision,
                "source": source,
                "root": _data(root),
            },
            strict=False,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        text = snapshot.model_dump_json(by_alias=True, exclude_defaults=True, indent=None)
        write_atomic(path, text.encode() + b"\n")
        return digest


def _data(node: Node) -> dict[str, object]:
    return {
        "id": node.id, "requirement": node.requirement, "weight": node.weight, "category": node.category,
        "facet": node.facet, "check": node.check, "children": [_data(child) for child in node.children],
    }  # fmt: skip


def run_folders(runs: Path) -> list[RunFolder]:
    """Every run under the runs folder, by name."""
    return [RunFolder(path.parent) for path in sorted(runs.glob(f"*/{PLAN}"))]
