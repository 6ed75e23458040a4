"""paperbench rubric diff: what changed between two versions of rubrics, and what that does to scores."""

import argparse
from typing import TYPE_CHECKING, Any

from runner.cli import common_arguments
from runner.cli.board import view_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from runner.rubrics.report import PaperReport
    from runner.rubrics.versions import Compared, Versions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of diff."""
    parser.usage = "paperbench rubric diff (OLD NEW | REV | REV..REV) [options] [-- PAPER ...]"
    parser.add_argument(
        "what",
        nargs="+",
        metavar="FILE|REV",
        help="two files; or git revisions (main..HEAD, main...HEAD for what a branch did, or one to compare"
        " the working tree with), and papers to look at alone: main...HEAD --format markdown -- rice",
    )
    forms = ("text", "json", "markdown")
    parser.add_argument("--format", choices=forms, help="markdown: a comment for a pull request")
    view_arguments(parser)
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the differences; 1 where a rubric could not be read."""
    import json

    from runner.rubrics.report import record

    compared = _compared(arguments)
    runs = _runs(arguments)
    reports = _reports(arguments, compared, runs)
    notes = compared.left_out or (() if reports else ("no rubric changed",))
    form = arguments.format or ("json" if arguments.json else "text")
    if form == "json":
        records = [record(report) for report in reports]
        ends: dict[str, Any] = {"old": compared.old, "new": compared.new}
        print(json.dumps({**ends, "rubrics": records, "notes": list(notes)}, indent=1, ensure_ascii=False))
    elif form == "markdown":
        from runner.rubrics.as_markdown import markdown

        print(markdown(reports, notes, with_runs=runs is not None))
    else:
        from runner.rubrics.as_text import print_text

        print_text(reports, notes, with_runs=runs is not None)
    return 1 if compared.faulty else 0


def _compared(arguments: argparse.Namespace) -> "Compared":
    """Two files where the first word is one, else revisions and papers."""
    from pathlib import Path

    from runner.errors import UsageError
    from runner.places import data_root
    from runner.rubrics.versions import of_files, of_revisions

    first, *rest = arguments.what
    if option := next((word for word in rest if word.startswith("-")), None):
        raise UsageError(f"{option} stands after --, where papers are named; put options before --")
    if Path(first).is_file() or Path(first).suffix == ".yaml":
        if len(rest) != 1:
            raise UsageError(f"{first} is to be compared with one other file; give two files")
        return of_files(first, rest[0])
    return of_revisions(data_root(arguments).root, first, rest)


def _runs(arguments: argparse.Namespace) -> "Path | None":
    """Where stored scores are; None where nobody named a place and the usual one is not there."""
    from runner.places import root_around, runs_folder

    if arguments.runs is None and root_around(arguments) is None:
        return None
    runs = runs_folder(arguments)
    return runs if arguments.runs is not None or runs.is_dir() else None


def _reports(arguments: argparse.Namespace, compared: "Compared", runs: "Path | None") -> "list[PaperReport]":
    from runner.database.collect import collect
    from runner.database.reading import opened, set_view

    if runs is None or not compared.versions:
        return [_report(versions, arguments, None) for versions in compared.versions]
    if not arguments.no_collect:
        collect(runs)
    with opened(runs) as database:
        set_view(database, arguments.mode, arguments.scoring, None)
        return [_report(versions, arguments, database) for versions in compared.versions]


def _report(versions: "Versions", arguments: argparse.Namespace, database: Any) -> "PaperReport":
    from runner.rubrics.comparing import compare
    from runner.rubrics.effect import effect_on
    from runner.rubrics.report import PaperReport
    from runner.rubrics.stored import other_trials, stored_scores
    from validators.digest import rubric_digest

    old, new = versions.old, versions.new
    rubrics = (old.rubric if old else None, new.rubric if new else None)
    if old is None or new is None:
        return PaperReport(versions.paper, *rubrics, None)
    tree = old.tree
    comparison = compare(tree, new.tree, arguments.mode or "full", arguments.scoring or "paper-2025")
    if database is None:
        return PaperReport(versions.paper, *rubrics, comparison, warning=versions.warning)
    digest = rubric_digest(tree)
    effects = tuple(effect_on(stored, comparison) for stored in stored_scores(database, digest))
    others = other_trials(database, old.rubric.paper, digest)
    return PaperReport(versions.paper, *rubrics, comparison, effects, others, versions.warning)
