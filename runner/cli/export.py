"""paperbench export: a rubric as upstream's rubric.json, or a grading as recorded answers."""

import argparse
from pathlib import Path

from runner.cli import common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of export."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    rubric = kinds.add_parser(
        "upstream", help="a paper's rubric as upstream's rubric.json", allow_abbrev=False
    )
    common_arguments(rubric)
    rubric.add_argument("paper", metavar="PAPER")
    rubric.add_argument("--out", metavar="FILE", required=True, help="the file to write")
    replay = kinds.add_parser(
        "replay", help="a grading's verdicts as answers for the replay judge", allow_abbrev=False
    )
    common_arguments(replay)
    replay.add_argument("run", metavar="RUN", help="a run, by name or folder")
    replay.add_argument("trial", metavar="TRIAL", help="a trial of it: paper/agent/n")
    replay.add_argument("--out", metavar="FILE.jsonl", required=True, help="the answers to write")
    replay.add_argument(
        "--judge-out", metavar="FILE.yaml", help="the judge config to write (default: beside the answers)"
    )
    replay.add_argument(
        "--judge", metavar="DIGEST", help="the grading to take, by the start of its judge's digest"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run export."""
    return _upstream(arguments) if arguments.kind == "upstream" else _replay(arguments)


def _upstream(arguments: argparse.Namespace) -> int:
    from runner.durable import write_atomic
    from runner.errors import PaperbenchError
    from runner.places import data_root
    from runner.upstream.task_tree import preorder
    from validators.upstream_json import rubric_json

    corpus = data_root(arguments)
    try:
        rubric = corpus.rubric(arguments.paper)
    except FileNotFoundError:
        raise PaperbenchError(
            f"no rubrics/{arguments.paper}.yaml in {corpus.root}; import or write the paper first"
        ) from None
    write_atomic(Path(arguments.out), rubric_json(rubric.criterion.model_dump()))
    overlay = corpus.overlay_path(arguments.paper)
    edited = f", with the edits of {overlay.relative_to(corpus.root)}" if overlay.is_file() else ""
    nodes = sum(1 for _ in preorder(rubric.criterion))
    print(f"wrote {arguments.out}: {nodes} nodes of {arguments.paper}{edited}")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    from runner.upstream.replay import export_replay

    return export_replay(arguments)
