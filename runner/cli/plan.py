"""paperbench plan: write plan.lock, everything a run will do."""

import argparse
import json

from runner.cli import common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "config", metavar="CONFIG", help="a run config: a file, or a name under runner/configs/"
    )
    parser.add_argument("--name", metavar="RUN", help="the run's name (default: the config's id)")
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plan, and print what would run."""
    from runner.places import data_root, runs_folder
    from runner.planning import make_plan
    from runner.planning.choose import config_path
    from runner.summary import plan_facts, plan_lines

    corpus = data_root(arguments)
    config = config_path(corpus, arguments.config)
    folder = make_plan(corpus, config, runs_folder(arguments), arguments.name)
    plan = folder.plan()
    print(json.dumps(plan_facts(folder, plan), indent=1) if arguments.json else plan_lines(folder, plan))
    return 0
