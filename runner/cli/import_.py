"""paperbench import: upstream's papers and grade files into our own."""

import argparse
from pathlib import Path

from runner.cli import common_arguments
from runner.cli.intermixed import IntermixedParser


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of import."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True, parser_class=IntermixedParser)
    papers = kinds.add_parser(
        "upstream", help="papers, rubrics and splits of a PaperBench data folder", allow_abbrev=False
    )
    papers.add_argument(
        "folder", metavar="DIR", help="upstream's data folder (it holds papers/), or its checkout"
    )
    papers.add_argument("papers", metavar="PAPER", nargs="*", help="only these papers (default: all)")
    papers.add_argument("--out", metavar="ROOT", required=True, help="the data root to write to")
    papers.add_argument(
        "--commit", metavar="SHA", help="upstream's commit, 40 hex digits, kept as the papers' source"
    )
    papers.add_argument("--force", action="store_true", help="replace files that are there and differ")
    papers.add_argument("--json", action="store_true", help="print what was done as JSON")
    grades = kinds.add_parser("grades", help="grade files as a run of verdicts", allow_abbrev=False)
    common_arguments(grades)
    grades.add_argument("paths", metavar="PATH", nargs="+", help="grade files, or folders to search")
    grades.add_argument(
        "--run", metavar="NAME", default="imported", help="the run to add to (default: imported)"
    )
    grades.add_argument(
        "--agent", metavar="NAME", help="who made the attempts (default: from the run group's folder)"
    )
    grades.add_argument("--paper", metavar="ID", help="the paper (default: from the files and their folders)")


def run(arguments: argparse.Namespace) -> int:
    """Run import."""
    return _papers(arguments) if arguments.kind == "upstream" else _grades(arguments)


def _papers(arguments: argparse.Namespace) -> int:
    import json
    import re

    from runner.errors import UsageError
    from runner.upstream.data_folder import find_data, import_papers
    from runner.words import counted

    if arguments.commit is not None and not re.fullmatch(r"[0-9a-f]{40}", arguments.commit):
        raise UsageError(f"--commit {arguments.commit} is no commit; give all 40 hex digits")
    data = find_data(Path(arguments.folder))
    done = import_papers(
        data, Path(arguments.out), arguments.papers, commit=arguments.commit, force=arguments.force
    )
    if arguments.json:
        print(json.dumps([vars(paper) for paper in done]))
        return 0
    for paper in done:
        print(f"{paper.state:9} {paper.paper}" + _left_out(paper.left_out))
    out = arguments.out
    print(f"{counted(len(done), 'paper')} in {out}; check with 'paperbench check --root {out}'")
    return 0


def _left_out(count: int) -> str:
    return (
        f" ({count} figures left out: Git-LFS pointers; 'git lfs pull' there and import again with --force)"
        if count
        else ""
    )


def _grades(arguments: argparse.Namespace) -> int:
    from runner.upstream.grades_verb import import_grades

    return import_grades(arguments)
