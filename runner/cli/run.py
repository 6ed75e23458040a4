"""paperbench run: plan if needed, then run every trial on this machine."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from runner.cli import common_arguments
from runner.cli.stopping import terminated_like_interrupted

if TYPE_CHECKING:
    from runner.run_folder import RunFolder
    from validators.corpus import Corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "run", metavar="CONFIG|RUN", help="a run config, by file or name, or a run planned before"
    )
    parser.add_argument("--name", metavar="RUN", help="the run's name (default: the config's id)")
    parser.add_argument(
        "--workers", type=count, metavar="N", help="trials at a time (default: the site's, or one a core)"
    )
    common_arguments(parser)


def count(text: str) -> int:
    """A number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give at least 1")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Run, and print how the trials ended and where everything lies."""
    from runner.places import data_root, runs_folder
    from runner.planning.choose import run_for

    corpus = data_root(arguments)
    folder = run_for(corpus, arguments.run, runs_folder(arguments), arguments.name)
    return carry_on(arguments, folder, corpus)


def carry_on(arguments: argparse.Namespace, folder: "RunFolder", corpus: "Corpus") -> int:
    """Run what is left; 0 when every trial has its outcome, 1 when infrastructure kept one from it."""
    from runner.execution import execute
    from runner.summary import artefact_lines, headline, run_facts, trial_line

    try:
        with terminated_like_interrupted():
            classes = execute(folder, corpus, arguments.workers)
    except KeyboardInterrupt:
        print(f"paperbench: interrupted; go on with 'paperbench resume {folder.path}'", file=sys.stderr)
        raise
    facts = run_facts(folder)
    if arguments.json:
        print(json.dumps(facts, indent=1))
    else:
        print(
            "\n".join(
                [headline(facts), *map(trial_line, facts["trials"]), artefact_lines(folder, folder.plan())]
            )
        )
    return 1 if classes["infrastructure"] or classes["unfinished"] else 0
