"""A grading's standing verdicts as recorded answers, with a judge that replays them."""

import argparse
import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from runner.durable import read_lines, write_atomic
from runner.errors import PaperbenchError, UsageError
from runner.places import named_run
from runner.run_folder import RunFolder
from runner.upstream.gradings import line
from runner.upstream.yaml_text import document
from runner.words import counted
from validators.models.judge import Judge
from validators.models.plan import PlannedTrial
from validators.models.records import Verdict

Key = tuple[str, str, int]


def export_replay(arguments: argparse.Namespace) -> int:
    """Write the answers, and the judge's config beside them; raises PaperbenchError."""
    run = named_run(arguments)
    trial = _trial(run, arguments.trial)
    folder = _grading(run.trial(trial.id).path / "grading", trial.id, arguments.judge)
    answers = Path(arguments.out)
    judge = Path(arguments.judge_out) if arguments.judge_out else answers.with_suffix(".yaml")
    if judge.resolve() == answers.resolve():
        raise UsageError(f"answers and judge would both be {answers}; give --judge-out another name")
    verdicts = standing(folder / "verdicts.jsonl")
    if not verdicts:
        raise PaperbenchError(
            f"{folder} holds no verdicts; judge the trial, or name another grading with --judge"
        )
    # A judge repeats from 0; the grade ids that stand need not.
    repeats = {repeat: at for at, repeat in enumerate(sorted({repeat for _, _, repeat in verdicts}))}
    config = _config(judge, answers, len(repeats))
    lines = [_answer(trial, verdict, repeats[verdict.repeat]) for verdict in verdicts.values()]
    write_atomic(answers, b"".join(map(line, lines)))
    write_atomic(judge, config)
    failed = sum(verdict.score is None for verdict in verdicts.values())
    said = f" ({failed} of them failed, and stay so when replayed)" if failed else ""
    print(
        f"wrote {counted(len(verdicts), 'answer')}{said} of {trial.id} to {answers}, "
        f"and the judge '{judge.stem}' to {judge}"
    )
    return 0


def _trial(run: RunFolder, wanted: str) -> PlannedTrial:
    trials = run.plan().trials
    for trial in trials:
        if trial.id == wanted:
            return trial
    raise PaperbenchError(f"{run.path} has no trial '{wanted}'; one of it is '{trials[0].id}'")


def _grading(folder: Path, trial: str, prefix: str | None) -> Path:
    found = sorted(path for path in folder.glob("*") if path.is_dir() and path.name.startswith(prefix or ""))
    if len(found) == 1:
        return found[0]
    known = ", ".join(path.name[:12] for path in found)
    if not found:
        raise PaperbenchError(
            f"{trial} has no {'such ' if prefix else ''}grading; 'paperbench status' shows what was judged"
        )
    raise PaperbenchError(f"{trial} has {len(found)} gradings; name one with --judge: {known}")


def standing(path: Path) -> dict[Key, Verdict]:
    """What stands for each leaf and repeat: the first verdict not failed; raises PaperbenchError."""
    found: dict[Key, Verdict] = {}
    for data in read_lines(path):
        try:
            verdict = Verdict.model_validate(data, strict=False)
        except ValidationError as error:
            raise PaperbenchError(
                f"{path} is damaged ({error.errors()[0]['msg']}); mend or import it again"
            ) from None
        key = (verdict.path, verdict.leaf, verdict.repeat)
        if key not in found or (found[key].score is None and verdict.score is not None):
            found[key] = verdict
    return found


def _answer(trial: PlannedTrial, verdict: Verdict, repeat: int) -> dict[str, Any]:
    return {
        "schema": "answer/v1", "paper": trial.paper, "path": verdict.path, "leaf": verdict.leaf,
        "repeat": repeat, "submission": None, "score": verdict.score,
        "explanation": verdict.reason or f"recorded from {trial.id}",
    }  # fmt: skip


def _config(judge: Path, answers: Path, repeats: int) -> bytes:
    """The judge's config; its folder must lead to the answers without leaving it."""
    inside = os.path.relpath(answers.resolve(), judge.resolve().parent)
    data: dict[str, Any] = {
        "id": judge.stem,
        "checks": False,
        "otherwise": "replay",
        "replay": {"answers": inside},
    }
    if repeats > 1:
        data["repeats"] = repeats
    try:
        Judge.model_validate({"schema": "judge/v1", **data})
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise PaperbenchError(
            f"{judge} would be no judge/v1 ({where}: {error.errors()[0]['msg']}); "
            "name it in lower case, in the answers' folder or above"
        ) from None
    return document("judge/v1", "../../../spec/v1/judge.schema.json", data)
