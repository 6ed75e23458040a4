"""paperbench score: the score of one trial, criterion by criterion."""

import argparse

from runner.cli import common_arguments
from runner.cli.board import view_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of score."""
    parser.add_argument("run", metavar="RUN", help="a run, by name or folder")
    parser.add_argument("trial", metavar="TRIAL", help="a trial: paper/agent/n")
    parser.add_argument(
        "--judge", metavar="NAME", help="which judge: its name, its model or the start of its digest"
    )
    parser.add_argument("--depth", type=int, metavar="N", help="how deep to go; 0 is the root alone")
    view_arguments(parser)
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the tree of a trial with what each criterion scores."""
    from runner.database.collect import collect
    from runner.database.reading import opened
    from runner.database.showing import print_json
    from runner.database.trees import find_grading, node_records, print_tree
    from runner.places import named_run

    folder = named_run(arguments)
    runs = folder.path.parent
    if not arguments.no_collect:
        collect(runs)
    with opened(runs) as database:
        grading = find_grading(database, folder.path.name, arguments.trial, arguments.judge)
        records = node_records(database, folder, grading, arguments.mode, arguments.scoring)
    shown = [record for record in records if arguments.depth is None or record["depth"] <= arguments.depth]
    if arguments.json:
        print_json(shown)
    else:
        print_tree(grading, shown)
    return 0
