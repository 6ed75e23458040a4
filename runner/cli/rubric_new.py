"""paperbench rubric new: begin a paper and its rubric."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of new."""
    parser.add_argument("paper", metavar="PAPER", help="the id of the new paper")
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and say what to do with them."""
    from runner.places import data_root
    from runner.rubrics.starting import start
    from validators.report import shown

    root = data_root(arguments).root
    paths = [shown(root / place) for place in start(root, arguments.paper)]
    print("\n".join(f"wrote {path}" for path in paths))
    where = f" --root {arguments.root}" if arguments.root else ""
    print("now write what their TODO lines ask for, until this is clean:", end=" ")
    print(f"paperbench check {arguments.paper}{where}")
    return 0
