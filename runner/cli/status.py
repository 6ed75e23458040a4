"""paperbench status: how far a run is."""

import argparse
import json

from runner.cli import common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="a run, by name or folder (default: every run, one line each)"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the run's trials, or every run's headline."""
    from runner.places import named_run, runs_folder
    from runner.run_folder import run_folders
    from runner.summary import headline, run_facts, trial_line

    if arguments.run is not None:
        facts = run_facts(named_run(arguments))
        lines = [headline(facts), *map(trial_line, facts["trials"])]
        print(json.dumps(facts, indent=1) if arguments.json else "\n".join(lines))
        return 0
    runs = runs_folder(arguments)
    every = [run_facts(folder) for folder in run_folders(runs)]
    if arguments.json:
        print(json.dumps(every, indent=1))
    else:
        print("\n".join(map(headline, every)) or f"no run in {runs}; 'paperbench run CONFIG' makes one")
    return 0
