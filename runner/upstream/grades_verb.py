"""What `paperbench import grades` does, and says about it."""

import argparse
import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runner.errors import UsageError
from runner.lease import Lease
from runner.places import data_root, runs_folder
from runner.run_folder import RunFolder
from runner.upstream.find_grades import Chosen, chosen, search
from runner.upstream.importer import Importer
from runner.upstream.items import Tally
from runner.upstream.shelf import Shelf
from runner.upstream.staging import Staging
from runner.upstream.trial_names import is_agent
from runner.words import counted
from validators.corpus import Corpus

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def import_grades(arguments: argparse.Namespace) -> int:
    """Import the grade files among the paths; raises PaperbenchError with nothing written."""
    if not _NAME.match(arguments.run):
        raise UsageError(f"'{arguments.run}' is no name for a run; use letters, digits, '.', '_' and '-'")
    if arguments.agent is not None and not is_agent(arguments.agent):
        raise UsageError(f"'{arguments.agent}' is no name for an agent; use letters, digits and '._-'")
    corpus = data_root(arguments)
    run = RunFolder(runs_folder(arguments) / arguments.run)
    found = search([Path(path) for path in arguments.paths])
    standing = chosen(found.found)
    with _held(run), Staging(run) as staging, _no_cycles():
        importer = Importer(run, Shelf(corpus), staging, arguments.agent, arguments.paper)
        for file in standing.files:
            importer.add(file)
        tally = importer.commit()
    tally.foreign.extend(map(str, found.foreign))
    _say(arguments, corpus, run, tally, standing)
    return 0


@contextmanager
def _held(run: RunFolder) -> Iterator[None]:
    """Hold the run alone, its plan too where it has none yet; an empty folder does not outlive a refusal."""
    lease = _lease(run.path)
    try:
        yield
    finally:
        lease.release()
        with suppress(OSError):
            run.path.rmdir()


@contextmanager
def _no_cycles() -> Iterator[None]:
    """No search for cycles meanwhile: graded trees have none, and looking costs a tenth of an import."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _lease(folder: Path, tries: int = 10) -> Lease:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return Lease(folder)
    except FileNotFoundError:
        # Another import has just failed, and removed the folder that was empty.
        if tries == 0:
            raise
        return _lease(folder, tries - 1)


def _say(
    arguments: argparse.Namespace, corpus: Corpus, run: RunFolder, tally: Tally, standing: Chosen
) -> None:
    differing: list[dict[str, Any]] = [
        {"paper": paper, "snapshot": digest, "first": first, "gradings": number}
        for (paper, digest, first), number in sorted(tally.differing.items())
    ]
    if arguments.json:
        told = {
            "run": str(run.path), "added": tally.added, "present": tally.present, "same": standing.same,
            "earlier": standing.earlier, "foreign": len(tally.foreign), "trials": list(tally.trials),
            "differing": differing,
        }  # fmt: skip
        print(json.dumps(told))
        return
    for tree in differing:
        number = counted(tree["gradings"], "grading")
        edited = " with its overlay" if corpus.overlay_path(tree["paper"]).is_file() else ""
        print(
            f"{tree['paper']}: the tree of {number} is not rubrics/{tree['paper']}.yaml{edited} "
            f"({tree['first']}); kept as snapshot {str(tree['snapshot'])[:12]}"
        )
    if tally.foreign:
        more = f", {tally.foreign[0]} first" if len(tally.foreign) > 1 else f": {tally.foreign[0]}"
        print(f"skipped {counted(len(tally.foreign), 'JSON file')} without grades{more}")
    if standing.earlier:
        print(f"left out {counted(standing.earlier, 'grading')} of earlier checkpoints: the latest stands")
    print(
        f"{run.path}: added {counted(tally.added, 'grading')} of {counted(len(tally.trials), 'trial')}; "
        f"already there: {tally.present}; the same again: {counted(standing.same, 'file')}"
    )
