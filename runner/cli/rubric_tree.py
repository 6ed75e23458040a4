"""paperbench rubric tree: a rubric as a tree, with weights and shares of the score."""

import argparse

CATEGORIES = ("Code Development", "Code Execution", "Result Analysis")
MODES = ("full", "code-dev", "resources-provided")


def _category(text: str) -> str:
    """A category by its name, the start of it or its initials, in any case."""
    word = text.lower().replace("-", " ")
    found = [
        name
        for name in CATEGORIES
        if name.lower().startswith(word) or word == "".join(part[0] for part in name.lower().split())
    ]
    if len(found) != 1:
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(CATEGORIES)} (cd, ce, ra)")
    return found[0]


def _depth(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no depth; 0 is the root alone")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of tree."""
    parser.add_argument("rubric", metavar="PAPER|FILE", help="a paper of the data root, or a rubric's file")
    parser.add_argument("--depth", type=_depth, metavar="N", help="how deep to go; 0 is the root alone")
    parser.add_argument(
        "--category",
        type=_category,
        metavar="C",
        help="only leaves of it, and what is above them: cd, ce, ra",
    )
    parser.add_argument("--mode", choices=MODES, default="full", help="score view (default: full)")
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument(
        "--paths",
        action="store_true",
        help="print a line each: path, tab, requirement; for overlays, and grep",
    )
    forms.add_argument("--json", action="store_true", help="print JSON at full precision")


def run(arguments: argparse.Namespace) -> int:
    """Print the tree."""
    import json
    from dataclasses import asdict

    from runner.places import root_around
    from runner.rubrics.named import named_rubric
    from runner.rubrics.showing import tree_lines
    from runner.rubrics.tree_text import print_lines, print_paths

    named = named_rubric(arguments.rubric, root_around(arguments))
    lines = tree_lines(named.tree, arguments.mode, arguments.depth, arguments.category)
    rubric = named.rubric
    if arguments.json:
        head = {"paper": rubric.paper, "revision": rubric.revision, "status": rubric.status}
        nodes = [asdict(line) for line in lines]
        print(json.dumps({**head, "mode": arguments.mode, "nodes": nodes}, indent=1, ensure_ascii=False))
        return 0
    if arguments.paths:
        print_paths(lines)
        return 0
    print(f"{rubric.paper}: revision {rubric.revision}, {rubric.status}, {arguments.mode}")
    if lines:
        print_lines(lines)
    else:
        print("no leaf of this rubric is in view; take another --mode or --category")
    return 0
