"""Where the data root and the runs are, from the arguments every verb shares."""

import argparse
from pathlib import Path

from runner.errors import PaperbenchError, UsageError
from runner.run_folder import RunFolder
from validators.corpus import Corpus
from validators.roots import find_root


def data_root(arguments: argparse.Namespace) -> Corpus:
    """The data root that --root names, or the nearest one upwards; raises UsageError."""
    if arguments.root is not None:
        root = Path(arguments.root).resolve()
        if not root.is_dir():
            raise UsageError(
                f"--root {arguments.root} is no folder; give the folder that holds papers/ and rubrics/"
            )
        return Corpus(root)
    found = find_root(Path.cwd())
    if found is None:
        raise UsageError("no folder upwards holds papers/ and rubrics/; give one with --root")
    return Corpus(found)


def root_around(arguments: argparse.Namespace) -> Corpus | None:
    """The data root, where there is one; for verbs that can do without."""
    return data_root(arguments) if arguments.root is not None or find_root(Path.cwd()) else None


def runs_folder(arguments: argparse.Namespace) -> Path:
    """The folder that --runs names, or runs/ under the data root."""
    return Path(arguments.runs).resolve() if arguments.runs else data_root(arguments).root / "runs"


def named_run(arguments: argparse.Namespace) -> RunFolder:
    """The run that the argument `run` names, by folder or by name; raises PaperbenchError."""
    for path in (Path(arguments.run), runs_folder(arguments) / arguments.run):
        if (path / "plan.lock").is_file():
            return RunFolder(path.resolve())
    raise PaperbenchError(
        f"no run '{arguments.run}' in {runs_folder(arguments)}; 'paperbench status' lists the runs"
    )
