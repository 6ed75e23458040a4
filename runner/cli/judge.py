"""paperbench judge: grade the trials of a run, with its own judge or beside it with another."""

import argparse
import json
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from runner.cli import common_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.judging.grading import Grader
    from runner.lease import Lease
    from validators.corpus import Corpus
    from validators.models.plan import Plan, PlannedJudge, PlannedTrial
    from validators.models.records import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name under the runs folder")
    parser.add_argument("--judge", metavar="NAME", help="another judge of runner/configs/judges, or its file")
    parser.add_argument(
        "--trial", metavar="ID", action="append", help="only this trial (paper/agent/n); repeatable"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Grade what has no verdict yet; status 1 when a leaf is left without one."""
    from pathlib import Path

    from runner.errors import PaperbenchError
    from runner.judging.evidence import unready
    from runner.judging.grading import Grader
    from runner.judging.llm.cache import answers_folder
    from runner.lease import Lease
    from runner.places import data_root, named_run
    from validators.corpus import Corpus

    folder = named_run(arguments)
    plan = folder.plan()
    corpus = data_root(arguments) if arguments.root else Corpus(Path(plan.data_root))
    plan = plan.model_copy(update={"data_root": str(corpus.root.resolve())})
    if plan.origin == "imported":
        raise PaperbenchError(
            f"run '{plan.run}' was imported with its verdicts; there is no submission to judge"
        )
    judge = _judge(arguments, plan, corpus)
    if judge.config.otherwise == "llm":
        _refuse_changed_papers(plan, corpus)
    trials = _trials(plan, arguments.trial)
    complete = True
    with ExitStack() as stack:
        lease = Lease(folder.path)
        stack.callback(lease.release)
        grader = stack.enter_context(Grader(folder, plan, judge, answers_folder(folder.path.parent)))
        stack.enter_context(_guarded(lease, grader))
        for trial in trials:
            why = unready(folder.trial(trial.id), trial.protocol or plan.protocol)
            outcome = None if why else grader.grade(trial)
            complete &= outcome is not None and outcome.failure_class == "none"
            print(_line(trial.id, outcome, why, as_json=arguments.json), flush=True)
    return 0 if complete else 1


@contextmanager
def _guarded(lease: "Lease", grader: "Grader") -> "Iterator[None]":
    """Have judging stop when somebody else takes the run over."""
    over = Event()

    def watch() -> None:
        while not over.wait(0.5):
            if lease.lost.is_set():
                grader.stop("another process has taken this run over; see 'paperbench status'")
                return

    thread = Thread(target=watch, name="guard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _judge(arguments: argparse.Namespace, plan: "Plan", corpus: "Corpus") -> "PlannedJudge":
    from pathlib import Path

    from runner.errors import PaperbenchError
    from runner.judging.resolve import resolve_judge
    from validators.load import load_document
    from validators.models.judge import Judge
    from validators.roots import CONFIGS

    if arguments.judge is None:
        if plan.judge is None:
            raise PaperbenchError(f"run '{plan.run}' names no judge; name one with --judge")
        return _as_reached_now(plan.judge, corpus)
    path = Path(arguments.judge)
    if path.suffix != ".yaml":
        path = corpus.root / CONFIGS / "judges" / f"{arguments.judge}.yaml"
    if not path.is_file():
        raise PaperbenchError(
            f"no judge '{arguments.judge}' ({path}); name one of its folder, or a .yaml file"
        )
    return resolve_judge(corpus, load_document(path, Judge), path.resolve().parent)


def _as_reached_now(planned: "PlannedJudge", corpus: "Corpus") -> "PlannedJudge":
    """The planned judge with the endpoint, key, pace and patience that its config names now."""
    from runner.judging.resolve import resolve_judge
    from validators.roots import CONFIGS

    folder, name = CONFIGS / "judges", planned.config.id
    if not (corpus.root / folder / f"{name}.yaml").is_file():
        return planned
    current = resolve_judge(corpus, corpus.judge(name), folder)
    return current if current.digest == planned.digest else planned


def _refuse_changed_papers(plan: "Plan", corpus: "Corpus") -> None:
    from runner.errors import PaperbenchError
    from runner.planning.drift import changed_papers

    for paper in changed_papers(plan, corpus):
        raise PaperbenchError(
            f"paper '{paper}' has changed since the run was planned; undo the change, or plan again"
        )


def _trials(plan: "Plan", names: list[str] | None) -> list["PlannedTrial"]:
    from runner.errors import PaperbenchError

    known = {trial.id: trial for trial in plan.trials}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise PaperbenchError(f"run '{plan.run}' has no trial '{unknown[0]}'; 'paperbench status' lists them")
    return [known[name] for name in names] if names else list(plan.trials)


def _line(trial: str, outcome: "Outcome | None", why: str | None, *, as_json: bool) -> str:
    grading = outcome.grading if outcome else None
    if as_json:
        data = (
            outcome.model_dump(mode="json", by_alias=True, exclude_none=True) if outcome else {"skipped": why}
        )
        return json.dumps({"trial": trial, **data})
    if outcome is None or grading is None:
        return f"{trial}: not judged, {why}"
    calls = f", {grading.calls} calls" if grading.calls else ""
    cost = f", ${grading.cost_usd:.2f}" if grading.calls and grading.cost_usd is not None else ""
    note = f": {outcome.message}" if outcome.message else ""
    return (
        f"{trial}: {grading.judged} of {grading.leaves} leaves judged{calls}{cost} ({outcome.reason}){note}"
    )
