"""paperbench resume: go on with a run that was interrupted."""

import argparse

from runner.cli import common_arguments
from runner.cli.run import carry_on, count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument("run", metavar="RUN", help="a run, by name or folder")
    parser.add_argument(
        "--workers", type=count, metavar="N", help="trials at a time (default: the site's, or one a core)"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run what is not finished; what is finished never runs again."""
    from runner.places import data_root, named_run

    return carry_on(arguments, named_run(arguments), data_root(arguments))
