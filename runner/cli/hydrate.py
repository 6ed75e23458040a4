"""paperbench hydrate: fetch the texts and rubrics that papers pin."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.upstream.hydrate import Hydrated
    from runner.upstream.origins import Origin
    from validators.corpus import Corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument("papers", metavar="PAPER", nargs="*", help="the papers to hydrate")
    parser.add_argument("--all", action="store_true", help="every paper that pins its source")
    parser.add_argument(
        "--from",
        dest="origin",
        metavar="URL|DIR",
        help="upstream's data folder, or its URL (default: the pinned commit over HTTPS)",
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there and differ")
    parser.add_argument(
        "--root",
        metavar="DIR",
        help="data root (default: nearest folder upwards with papers/ and rubrics/)",
    )
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Hydrate one paper after the other; one that cannot be is named, and the others are done."""
    import json

    from runner.places import data_root
    from runner.upstream.origins import origin

    corpus = data_root(arguments)
    papers = _named(arguments, corpus)
    where = origin(arguments.origin)
    done: list[Hydrated] = []
    try:
        for paper in papers:
            done += _hydrated(corpus, paper, where, arguments)
    finally:
        # What was done is told, too, where the network ends or somebody interrupts.
        if arguments.json:
            print(json.dumps([vars(paper) for paper in done]))
    if not arguments.json and any(paper.files for paper in done):
        print("figures are not pinned, so not fetched; 'paperbench import upstream' takes them over")
    return 0 if len(done) == len(papers) else 1


def _hydrated(
    corpus: "Corpus", paper: str, where: "Origin", arguments: argparse.Namespace
) -> "list[Hydrated]":
    """What was done, if it could be; raises UnreachableError: no other paper could be fetched either."""
    from runner.cli import fault
    from runner.errors import PaperbenchError
    from runner.network import UnreachableError
    from runner.upstream.hydrate import hydrate
    from validators.findings import InvalidDocumentError

    try:
        one = hydrate(corpus, paper, where, force=arguments.force)
    except UnreachableError:
        raise
    except (PaperbenchError, InvalidDocumentError, OSError) as error:
        print(fault(error)[1], file=sys.stderr)
        return []
    if not arguments.json:
        print(_line(one), flush=True)
    return [one]


def _named(arguments: argparse.Namespace, corpus: "Corpus") -> list[str]:
    from runner.errors import UsageError
    from runner.planning.lookup import unknown
    from runner.upstream.hydrate import pinned_papers

    if arguments.all == bool(arguments.papers):
        raise UsageError("hydrate takes papers by name, or --all; give one of the two")
    if arguments.all:
        return pinned_papers(corpus)
    have = corpus.paper_ids()
    for paper in arguments.papers:
        if paper not in have:
            raise unknown("paper", paper, have, str(corpus.root / "papers"))
    return list(dict.fromkeys(arguments.papers))


def _line(paper: "Hydrated") -> str:
    from runner.words import counted

    size = f" ({counted(paper.files, 'file')}, {paper.bytes:,} bytes)" if paper.files else ""
    return f"{paper.state:9} {paper.paper}{size}"
