"""paperbench sql: ask the database, read-only, and touch no other file."""

import argparse

from runner.cli import common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of sql."""
    parser.add_argument("query", help="SQL for DuckDB; the last statement's answer is printed")
    parser.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="how to print the answer"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the answer to a question."""
    from runner.database.reading import ask, lock, opened
    from runner.database.showing import print_csv, print_json, print_table
    from runner.errors import UsageError
    from runner.places import runs_folder

    if not arguments.query.strip(" \t\r\n;"):
        raise UsageError("the query is empty; ask something, like 'SELECT * FROM trial_scores'")
    with opened(runs_folder(arguments)) as database:
        lock(database)
        table = ask(database, arguments.query)
    if arguments.json or arguments.format == "json":
        print_json(table.records())
    elif arguments.format == "csv":
        print_csv(table)
    else:
        print_table(
            table.columns, [["" if cell is None else str(cell) for cell in row] for row in table.rows]
        )
    return 0
