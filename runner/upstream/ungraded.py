"""How runs that nobody judged take part: by the judges, tree and protocol of the agent's other gradings."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from runner.run_folder import RunFolder
from runner.upstream.grade_files import PaperResult, read_result
from runner.upstream.gradings import Judge, grading_data, judge_of, outcome
from runner.upstream.match import PaperRubric
from runner.upstream.recorded import recorded
from validators.models.config import Protocol
from validators.models.plan import PlannedTrial

T = TypeVar("T")
UNKNOWN = judge_of(None)
NOT_GRADED = "not_graded"


@dataclass(frozen=True)
class Peer:
    """A grading, by what another needs to stand beside it."""

    trial: PlannedTrial
    judge: Judge
    leaves: int


@dataclass(frozen=True)
class Ungraded:
    """A run without grades, as far as its files tell; source is where it was read from."""

    trial: str
    paper: str
    agent: str
    at: str
    declared: Protocol | None
    reproduced: bool | None
    source: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """Under whom and what a run without grades is counted."""

    trial: PlannedTrial
    judges: tuple[Judge, ...]
    leaves: int


def is_graded(run: RunFolder, trial: str) -> bool:
    """Whether the run holds a grading of the trial that somebody made."""
    return any(recorded(path) for path in run.trial(trial).path.glob("grading/*/outcome.json"))


def gradings_there(run: RunFolder, trial: str) -> set[str]:
    """The digests of the judges that the trial has gradings of."""
    return {path.parent.name for path in run.trial(trial).path.glob("grading/*/outcome.json")}


def peers(run: RunFolder, trials: Iterable[PlannedTrial]) -> Iterator[Peer]:
    """The gradings that the run holds of these trials."""
    for trial in trials:
        for path in sorted(run.trial(trial.id).path.glob("grading/*/outcome.json")):
            if recorded(path):
                told = json.loads(path.read_bytes())["grading"]
                yield Peer(trial, Judge(told["kind"], told.get("model"), told["judge"]), told["leaves"])


def stale(run: RunFolder, trials: Iterable[PlannedTrial]) -> Iterator[Ungraded]:
    """The runs without grades whose judge was not known when they were imported."""
    for trial in trials:
        path = run.trial(trial.id).path / "grading" / UNKNOWN.digest / "outcome.json"
        if path.exists() and trial.at is not None:
            source = json.loads(path.read_bytes())["source"]
            result = read_result(Path(source["path"]).parent)
            declared = protocol_of(result) if result else trial.protocol
            yield Ungraded(trial.id, trial.paper, trial.agent, trial.at, declared, trial.reproduced, source)


def standing(run: Ungraded, known: Iterable[Peer], rubric: PaperRubric) -> Standing:
    """What the agent's gradings say: those of the group before others; the unknown judge where none do."""
    group = _group(run.trial)
    like = [peer for peer in known if peer.trial.agent == run.agent]
    like = _narrow(like, lambda peer: run.declared in {None, peer.trial.protocol})
    like = _narrow(like, lambda peer: peer.trial.reproduced == run.reproduced)
    near = _narrow(like, lambda peer: _group(peer.trial.id) == group)
    same = _narrow(
        [peer for peer in like if peer.trial.paper == run.paper], lambda peer: _group(peer.trial.id) == group
    )
    protocol = run.declared or _commonest([peer.trial.protocol or "full" for peer in same or near]) or "full"
    near = _narrow(near, lambda peer: peer.trial.protocol == protocol)
    same = [peer for peer in same if peer.trial.protocol == protocol]
    variants = [tree for _, tree in rubric.variants]
    own = next((tree for tree in variants if tree.protocol == protocol), variants[0])
    digest, leaves = _commonest([(peer.trial.rubric or own.digest, peer.leaves) for peer in same]) or (
        own.digest,
        len(own.leaves),
    )
    told = [peer.trial.reproduced for peer in same or near if peer.trial.protocol == protocol]
    trial = PlannedTrial(
        id=run.trial, paper=run.paper, agent=run.agent, attempt=1, protocol=protocol, rubric=digest,
        at=run.at, reproduced=_commonest(told) if told else run.reproduced,
    )  # fmt: skip
    judges = {peer.judge.digest: peer.judge for peer in near} or {UNKNOWN.digest: UNKNOWN}
    return Standing(trial, tuple(judges[name] for name in sorted(judges)), leaves)


def grading_outcome(run: Ungraded, stands: Standing, judge: Judge) -> dict[str, Any]:
    """The outcome of a grading that never was."""
    return outcome(
        run.trial, "grading", ("none", NOT_GRADED), (run.at, run.at, 0.0),
        grading={**grading_data(judge, 1, stands.leaves, 0, (0, 0)), "judged": 0}, source=run.source,
    )  # fmt: skip


def protocol_of(result: PaperResult | None) -> Protocol | None:
    """What the flags say; None where they are not there, as in older files."""
    if result is None:
        return None
    if result.code_only:
        return "code-dev"
    if result.resources_provided:
        return "resources-provided"
    return None if result.code_only is None else "full"


def _group(trial: str) -> str:
    return Path(trial).name.partition("~")[0]


def _narrow(found: list[Peer], wanted: Callable[[Peer], bool]) -> list[Peer]:
    """Those wanted, or all where there is none."""
    return [peer for peer in found if wanted(peer)] or found


def _commonest(values: Sequence[T]) -> T | None:
    """The most frequent, the first of the sorted where several are."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)), default=None)
