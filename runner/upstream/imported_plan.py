"""The plan.lock of an imported run: its trials, ranked by time."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from runner.clock import instant
from runner.durable import write_atomic
from runner.errors import PaperbenchError
from runner.planning.digests import document_digest, paper_digest
from runner.planning.plan import runner_version
from runner.run_folder import PLAN, RunFolder
from runner.upstream.shelf import Shelf
from validators.models.plan import Plan, PlannedPaper, PlannedTrial
from validators.models.records import Outcome


def read_plan(run: RunFolder) -> Plan | None:
    """The imported run's plan, None without one; raises PaperbenchError for a planned run."""
    if not (run.path / PLAN).exists():
        return None
    plan = run.plan()
    if plan.origin != "imported":
        raise PaperbenchError(f"{run.path} is a run that was planned here; import into another with --run")
    return plan


def write_plan(
    run: RunFolder, old: Plan | None, trials: Iterable[PlannedTrial], graded_at: dict[str, str], shelf: Shelf
) -> None:
    """Write the plan with these trials and their papers; graded_at is what need not be read."""
    ranked = _ranked(run, trials, graded_at)
    papers = {paper.id: paper for paper in old.papers} if old else {}
    for name in sorted({trial.paper for trial in ranked} - set(papers)):
        papers[name] = _planned_paper(shelf, name)
    plan = Plan.model_validate(
        {
            "schema": "plan/v1",
            "run": run.path.name,
            "uuid": old.uuid if old else str(uuid.uuid4()),
            "origin": "imported",
            "created_at": old.created_at if old else instant(),
            "runner": old.runner if old else runner_version(),
            "data_root": str(shelf.corpus.root.resolve()),
            "protocol": "full",
            "scoring": "paper-2025",
            "papers": tuple(papers[name] for name in sorted(papers)),
            "trials": ranked,
        }
    )
    write_atomic(
        run.path / PLAN, plan.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode() + b"\n"
    )


def _planned_paper(shelf: Shelf, name: str) -> PlannedPaper:
    corpus = shelf.corpus
    return PlannedPaper(
        id=name,
        rubric=shelf.rubric(name).variants[0][1].digest,
        rubric_status=shelf.document(name).status,
        paper=paper_digest(corpus, name),
        blacklist=document_digest(corpus.blacklist(name)),
        title=corpus.paper(name).title,
    )


def _ranked(
    run: RunFolder, trials: Iterable[PlannedTrial], graded_at: dict[str, str]
) -> tuple[PlannedTrial, ...]:
    """The trials with attempts from 1 by time, and with each agent's set of papers.

    What an agent did under each protocol, with and without reproduction, counts for itself.
    """
    groups: dict[tuple[str, ...], list[PlannedTrial]] = defaultdict(list)
    papers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for trial in trials:
        groups[*_kind(trial), trial.paper].append(trial)
        papers[_kind(trial)].add(trial.paper)
    ranked = []
    for _, group in sorted(groups.items()):
        times = Counter(trial.at for trial in group)
        graded = {
            trial.id: graded_at.get(trial.id) or _graded_at(run, trial.id)
            for trial in group
            if times[trial.at] > 1
        }
        in_time = sorted(group, key=lambda trial: (trial.at or "", graded.get(trial.id, ""), trial.id))
        for number, trial in enumerate(in_time, start=1):
            paper_set = tuple(sorted(papers[_kind(trial)]))
            ranked.append(trial.model_copy(update={"attempt": number, "paper_set": paper_set}))
    return tuple(ranked)


def _kind(trial: PlannedTrial) -> tuple[str, ...]:
    return trial.agent, trial.protocol or "", "" if trial.reproduced is None else str(trial.reproduced)


def _graded_at(run: RunFolder, trial: str) -> str:
    """When the trial was first graded; decides between attempts of the same time."""
    return min(map(_finished_at, run.trial(trial).path.glob("grading/*/outcome.json")), default="")


def _finished_at(path: Path) -> str:
    try:
        return Outcome.model_validate_json(path.read_bytes()).finished_at
    except ValidationError:
        raise PaperbenchError(f"{path} is damaged; remove that trial's folder and import again") from None
