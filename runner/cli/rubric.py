"""paperbench rubric: look at, compare, format, start and sign rubrics; each sub-verb is a module."""

import argparse
from importlib import import_module

from runner.cli.intermixed import IntermixedParser

# Name, module (with add_arguments and run, as a verb has), one line.
SUB_VERBS: tuple[tuple[str, str, str], ...] = (
    ("tree", "runner.cli.rubric_tree", "a rubric as a tree: weights, shares of the score, categories"),
    ("stats", "runner.cli.rubric_stats", "nodes, leaves and shares of the score, for one or all papers"),
    ("diff", "runner.cli.rubric_diff", "what changed between two versions, and its effect on stored scores"),
    ("fmt", "runner.cli.rubric_fmt", "write rubrics and other documents in the one layout"),
    ("new", "runner.cli.rubric_new", "begin a paper and its rubric, with marks where to write"),
    ("sign", "runner.cli.rubric_sign", "put one's name to a rubric and to its branches"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs with their arguments."""
    subs = parser.add_subparsers(
        dest="sub_verb", metavar="SUB-VERB", required=True, parser_class=IntermixedParser
    )
    for name, module, summary in SUB_VERBS:
        sub = subs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        import_module(module).add_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run the sub-verb."""
    modules = {name: module for name, module, _ in SUB_VERBS}
    return int(import_module(modules[arguments.sub_verb]).run(arguments))
