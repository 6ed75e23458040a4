"""A run config becomes a run folder with plan.lock, at once or not at all."""

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import __version__, procfs
from runner.clock import instant
from runner.copying import remove_tree
from runner.durable import write_atomic
from runner.errors import PaperbenchError
from runner.planning import lookup
from runner.planning.resolve import (
    planned_agents,
    planned_images,
    planned_judge,
    planned_paper,
    planned_trials,
    refuse_impossible,
)
from runner.processes import output_of
from runner.run_folder import PLAN, RunFolder
from validators.corpus import Corpus, rubric_tree
from validators.models.config import Site
from validators.models.plan import Plan
from validators.models.rubric import Rubric
from validators.writing import fsync_folder

_CHECKOUT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
# What two plans of the same content may differ in; a judge is what its digest says.
_OWN = {"uuid", "created_at", "runner", "data_root", "judge"}


def runner_version() -> str:
    """This program's version, with its commit where it is known."""
    if not (_CHECKOUT / ".git").exists():
        return __version__
    commit = output_of(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], _CHECKOUT)
    return f"{__version__}+{commit}" if commit else __version__


@dataclass(frozen=True)
class Resolved:
    """A plan, and the rubrics that it rests on, as they were read for it."""

    plan: Plan
    rubrics: Mapping[str, Rubric]


def resolve_plan(corpus: Corpus, config: Path, runs: Path, name: str | None = None) -> Resolved:
    """Everything the config means, digested; writes nothing. Raises PaperbenchError."""
    if not config.is_file():
        raise PaperbenchError(f"no run config {config}; give a file, or a name under runner/configs/")
    run = corpus.run(config)
    where = config.name
    run_name = name or run.id
    if not _NAME.match(run_name):
        raise PaperbenchError(f"'{run_name}' is no name for a run; use letters, digits, '.', '_' and '-'")
    site = lookup.site(corpus, run.site, where)
    refuse_impossible(run, site)
    _refuse_twice(site)
    papers = lookup.papers(corpus, run, where)
    agents = planned_agents(corpus, run, where)
    rubrics = {paper: _rubric(corpus, paper) for paper in papers}
    trials = tuple(planned_trials(corpus, run, papers, agents, runs))
    if not trials:
        raise PaperbenchError(f"{where} plans no trial; give at least one agent a paper")
    plan = Plan.model_validate(
        {
            "schema": "plan/v1",
            "run": run_name,
            "uuid": str(uuid.uuid4()),
            "origin": "planned",
            "created_at": instant(),
            "runner": runner_version(),
            "data_root": str(corpus.root.resolve()),
            "protocol": run.protocol,
            "scoring": run.scoring,
            "config": run,
            "site": site,
            "judge": planned_judge(corpus, run.judge, where),
            "papers": tuple(planned_paper(corpus, paper, rubrics[paper]) for paper in papers),
            "agents": agents,
            "images": tuple(planned_images(corpus, run, site)),
            "trials": trials,
        }
    )
    return Resolved(plan, rubrics)


def _refuse_twice(site: Site) -> None:
    twice = sorted(device for device, count in Counter(site.gpus).items() if count > 1)
    if twice:
        raise PaperbenchError(
            f"site '{site.id}' names GPU {', '.join(twice)} twice, and two stages could get it; "
            "name each once"
        )


def _rubric(corpus: Corpus, paper: str) -> Rubric:
    path = corpus.root / "rubrics" / f"{paper}.yaml"
    if not path.is_file():
        raise PaperbenchError(f"paper '{paper}' has no rubric {path}; write or import one")
    return corpus.rubric(paper)


def make_plan(corpus: Corpus, config: Path, runs: Path, name: str | None = None) -> RunFolder:
    """The run folder that the config asks for, made or found with the same plan.

    Raises PaperbenchError where a plan of that name has other content, and leaves nothing half made.
    """
    resolved = resolve_plan(corpus, config, runs, name)
    run = RunFolder(runs / resolved.plan.run)
    if not (run.path / PLAN).exists():
        _write(resolved, run)
    _refuse_other(run.plan(), resolved.plan, run)
    return run


def _refuse_other(old: Plan, new: Plan, run: RunFolder) -> None:
    known, wanted = _content(old), _content(new)
    differing = sorted(key for key in known if known[key] != wanted[key])
    if differing:
        raise PaperbenchError(
            f"{run.path} holds a plan of that name with another {' and '.join(differing)}; "
            "give a new name with --name, or undo the change"
        )


def _content(plan: Plan) -> dict[str, Any]:
    judge = plan.judge.digest if plan.judge else None
    content = plan.model_dump(mode="json", exclude=_OWN) | {"judge": judge}
    for paper in content["papers"]:
        # Who signs a rubric changes nothing in it.
        del paper["rubric_status"]
    return content


def _write(resolved: Resolved, run: RunFolder) -> None:
    plan, runs = resolved.plan, run.path.parent
    runs.mkdir(parents=True, exist_ok=True)
    for leftover in runs.glob(f".{plan.run}.*.draft"):
        if procfs.abandoned(leftover.name.split(".")[-2]):
            remove_tree(leftover)
    draft = RunFolder(runs / f".{plan.run}.{procfs.signature()}.draft")
    try:
        draft.path.mkdir()
        for paper, rubric in resolved.rubrics.items():
            draft.add_rubric(paper, rubric_tree(rubric), revision=rubric.revision)
        text = plan.model_dump_json(by_alias=True, indent=1)
        write_atomic(draft.path / PLAN, text.encode() + b"\n")
        _settle(draft, run)
        fsync_folder(runs)
    finally:
        remove_tree(draft.path)


def _settle(draft: RunFolder, run: RunFolder) -> None:
    try:
        draft.path.rename(run.path)
    except OSError:
        # Somebody planned the same meanwhile; the plans are compared afterwards.
        if not (run.path / PLAN).exists():
            if run.path.exists():
                raise PaperbenchError(f"{run.path} exists and is no run; move it, or give --name") from None
            raise
