"""paperbench board: leaderboards, one SQL file each."""

import argparse

from runner.cli import common_arguments


def _fraction(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not in 0..1")
    return value


def view_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of verbs that show scores."""
    modes, rules = ("full", "code-dev", "resources-provided"), ("paper-2025", "upstream-2026-04")
    parser.add_argument("--mode", choices=modes, help="score view (default: each trial's own protocol)")
    parser.add_argument("--scoring", choices=rules, help="scoring rule (default: the one each run declares)")
    parser.add_argument("--no-collect", action="store_true", help="use the database as it is")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of board."""
    parser.add_argument(
        "name", nargs="?", default="overall", metavar="NAME", help="overall, by_paper, by_category, cost"
    )
    view_arguments(parser)
    parser.add_argument(
        "--min-coverage",
        type=_fraction,
        metavar="X",
        help="rank rows judged at least that far, 0..1 (default: 1)",
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print a board."""
    from runner.database.collect import collect
    from runner.database.reading import ask_board, opened, set_view
    from runner.database.showing import print_board, print_json
    from runner.places import runs_folder

    runs = runs_folder(arguments)
    if not arguments.no_collect:
        collect(runs)
    with opened(runs) as database:
        set_view(database, arguments.mode, arguments.scoring, arguments.min_coverage)
        table = ask_board(database, arguments.name)
    if arguments.json:
        print_json(table.records())
    else:
        print_board(arguments.name, table)
    return 0
