"""Finds upstream's grade files, and says by their place which run and grading each belongs to."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from runner.errors import PaperbenchError
from runner.upstream.held_output import held_output

Kind = Literal["output", "result", "gold"]
_OUTPUT = re.compile(r"(?:.*_)?grader_output(?:_([0-9]+))?\.json\Z")
_NAMES: dict[str, Kind] = {"grade.json": "result", "pb_result.json": "result", "expected_result.json": "gold"}
_GROUP = "_run-group_"
_RUN = re.compile(r"(.+)_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_STAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2})-([0-9]{2})-([0-9]{2})-(?:GMT|UTC)")
GOLD_AGENT = "judge-eval-gold"


@dataclass(frozen=True)
class Found:
    """A grade file by its name and place; what the place does not tell is None."""

    path: Path
    kinds: tuple[Kind, ...]
    named: bool
    run_folder: Path
    group: str
    run_id: str
    grade: int
    agent: str | None
    paper: str | None
    stamp: str | None


@dataclass
class Search:
    """What a search met: grade files, and how many JSON files were none."""

    found: list[Found] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)


def search(paths: list[Path]) -> Search:
    """Every grade file among the paths and in the folders among them; raises PaperbenchError."""
    result = Search()
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise PaperbenchError(f"{path} does not exist; give a grade file, or a folder to search")
        for file in _files(path):
            if file in seen:
                continue
            seen.add(file)
            kind = _kind(file.name)
            if kind is not None:
                result.found.append(_place(file, (kind,), named=path.is_file()))
            elif path.is_file():
                result.found.append(_place(file, ("output", "result", "gold"), named=True))
            else:
                result.foreign.append(file)
    return result


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path.resolve()
        return
    for folder, folders, names in os.walk(path.resolve()):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".json"))


def _kind(name: str) -> Kind | None:
    return "output" if _OUTPUT.match(name) else _NAMES.get(name)


def _place(path: Path, kinds: tuple[Kind, ...], *, named: bool) -> Found:
    if kinds == ("gold",):
        return _gold(path, named=named)
    group, run_folder = _group(path)
    beside = _beside(path, run_folder, named=named)
    match = _OUTPUT.match(beside.name)
    run = _RUN.match(run_folder.name)
    snapshot = beside.parent.name if beside.parent.parent.name == "submissions" else beside.name
    return Found(
        path=path,
        kinds=kinds,
        named=named,
        run_folder=run_folder,
        group=group.name,
        run_id=run_folder.name,
        grade=int(match.group(1) or 0) if match else 0,
        agent=group.name.partition(_GROUP)[2] or None,
        paper=run.group(1) if run else None,
        stamp=moment(snapshot) or moment(group.name),
    )


def _beside(path: Path, run_folder: Path, *, named: bool) -> Path:
    """The grader output whose tree the file holds too, where the run has one; else the file itself."""
    if _kind(path.name) != "result":
        return path
    layouts = ("*grader_output*.json", "submissions/*/*grader_output*.json")
    outputs = sorted(output for layout in layouts for output in run_folder.glob(layout))
    # In a search the outputs are found too and stand before the result: only one that is named stands alone.
    if len(outputs) > 1 and named:
        return held_output(path, outputs)
    return outputs[0] if len(outputs) == 1 else path


def _group(path: Path) -> tuple[Path, Path]:
    """The run group's folder and the run's, as upstream lays them out."""
    for folder in path.parents:
        if _GROUP in folder.parent.name:
            return folder.parent, folder
    run = path.parents[2] if path.parent.parent.name == "submissions" else path.parent
    return run.parent, run


def _gold(path: Path, *, named: bool) -> Found:
    """judge_eval/<paper>/<example>/grading/expected_result.json."""
    example = path.parents[1] if path.parent.name == "grading" else path.parent
    return Found(
        path=path, kinds=("gold",), named=named, run_folder=example, group="judge_eval", run_id=example.name,
        grade=0, agent=GOLD_AGENT, paper=example.parent.name, stamp=None,
    )  # fmt: skip


def moment(text: object) -> str | None:
    """The first moment in upstream's spelling, 2025-04-09T05-24-30-GMT, as the records spell it."""
    match = _STAMP.search(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        at = datetime.fromisoformat("{}T{}:{}:{}".format(*match.groups()))
    except ValueError:
        return None
    return f"{at.isoformat()}.000Z"


@dataclass(frozen=True)
class Chosen:
    """One file for each grading; how many others hold the same, and how many an earlier checkpoint."""

    files: list[Found]
    same: int
    earlier: int


def chosen(found: list[Found]) -> Chosen:
    """The files that stand: grader outputs before results, and of each run the latest checkpoint alone."""
    outputs = {_run(file) for file in found if file.kinds != ("result",)}
    standing = [file for file in found if file.kinds != ("result",) or _run(file) not in outputs]
    latest: dict[tuple[str, str, str], str] = {}
    for file in standing:
        latest[_run(file)] = max(file.stamp or "", latest.get(_run(file), ""))
    last = [file for file in standing if (file.stamp or "") == latest[_run(file)]]
    best = {
        (*_run(file), file.grade): file
        for file in sorted(last, key=lambda file: ("executed" in file.path.name, str(file.path)))
    }
    earlier = len(standing) - len(last)
    return Chosen([best[key] for key in sorted(best)], len(found) - earlier - len(best), earlier)


def _run(file: Found) -> tuple[str, str, str]:
    return file.group, file.run_id, file.paper or ""
