"""Drift: what a plan rests on must still be what it was when planned."""

from collections.abc import Iterator
from pathlib import Path

from runner.errors import PaperbenchError
from runner.planning import lookup
from runner.planning.digests import document_digest, folder_digest, paper_digest
from runner.planning.resolve import planned_images, planned_judge
from runner.run_folder import RunFolder
from validators.corpus import Corpus, rubric_tree
from validators.digest import rubric_digest
from validators.models.plan import Plan, PlannedTrial

WHERE = "plan.lock"


def check_drift(run: RunFolder, plan: Plan, corpus: Corpus) -> None:
    """Raise PaperbenchError naming everything that is no longer what it was when planned."""
    papers = (f"paper {paper}" for paper in changed_papers(plan, corpus))
    drifted = [
        *_papers(run, plan, corpus),
        *papers,
        *_configs(plan, corpus),
        *_images(plan, corpus),
        *_submissions(run, plan, corpus),
    ]
    if drifted:
        raise PaperbenchError(
            f"{run.path / WHERE} no longer fits its data: {', '.join(drifted)} changed since it was planned; "
            "undo the change, or plan again under another name"
        )


def changed_papers(plan: Plan, corpus: Corpus) -> Iterator[str]:
    """The planned papers that no longer say what they said; raises NotHydratedError."""
    lookup.refuse_not_hydrated(corpus, (planned.id for planned in plan.papers))
    for planned in plan.papers:
        if paper_digest(corpus, planned.id) != planned.paper:
            yield planned.id


def _papers(run: RunFolder, plan: Plan, corpus: Corpus) -> Iterator[str]:
    have = corpus.paper_ids()
    for planned in plan.papers:
        if rubric_digest(run.rubric(planned.rubric)) != planned.rubric:
            yield f"the run's own rubrics/{planned.rubric}.json"
        if planned.id not in have:
            raise lookup.unknown("paper", planned.id, have, WHERE)
        if rubric_digest(rubric_tree(corpus.rubric(planned.id))) != planned.rubric:
            yield f"rubric {planned.id}"
        if document_digest(corpus.blacklist(planned.id)) != planned.blacklist:
            yield f"blacklist {planned.id}"


def _configs(plan: Plan, corpus: Corpus) -> Iterator[str]:
    for planned in plan.agents:
        if document_digest(lookup.agent(corpus, planned.config.id, WHERE)) != planned.digest:
            yield f"agent {planned.config.id}"
    if plan.judge is not None:
        name = plan.judge.config.id
        if planned_judge(corpus, name, WHERE).digest != plan.judge.digest:
            yield f"judge {name}"


def _images(plan: Plan, corpus: Corpus) -> Iterator[str]:
    found = planned_images(corpus, plan.config, plan.site) if plan.config else ()
    have = {planned.stage: planned for planned in found}
    for planned in plan.images:
        if have.get(planned.stage) != planned:
            yield f"image {planned.image}"


def submission_folder(corpus: Corpus, trial: PlannedTrial) -> Path | None:
    """The folder or tar file that the trial hands in; a relative one starts from the data root."""
    return corpus.root / trial.submission if trial.submission is not None else None


def _submissions(run: RunFolder, plan: Plan, corpus: Corpus) -> Iterator[str]:
    digests: dict[Path, str | None] = {}
    for trial in plan.trials:
        folder = submission_folder(corpus, trial)
        if folder is None or run.trial(trial.id).outcome("rollout") is not None:
            continue
        if folder not in digests:
            there = folder.is_dir() or folder.is_file()
            digests[folder] = folder_digest(folder) if there else None
            if digests[folder] != trial.submission_digest:
                yield f"submission {trial.submission}"
