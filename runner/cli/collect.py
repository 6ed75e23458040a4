"""paperbench collect: gather all runs into one database."""

import argparse
import json
import sys

from runner.cli import common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of collect."""
    parser.add_argument(
        "--skip-damaged", action="store_true", help="leave out runs that cannot be read, and say which"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make runs/paperbench.duckdb anew."""
    from runner.database.collect import collect
    from runner.database.reading import DATABASE
    from runner.places import runs_folder

    runs = runs_folder(arguments)
    collected = collect(runs, skip_damaged=arguments.skip_damaged)
    for damage in collected.damages:
        print(f"paperbench: left out: {damage}", file=sys.stderr)
    if arguments.json:
        print(
            json.dumps(
                {
                    "database": str(runs / DATABASE),
                    "runs": collected.runs,
                    "trials": collected.trials,
                    "left_out": list(collected.damages),
                }
            )
        )
    else:
        print(f"{collected.trials} trials of {collected.runs} runs are in {runs / DATABASE}")
    return 0
