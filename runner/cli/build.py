"""paperbench build: build, list and prune the images that stages run in."""

import argparse
import json
from pathlib import Path

from runner.cli import common_arguments
from runner.cli.stopping import terminated_like_interrupted
from runner.errors import PaperbenchError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "images", metavar="IMAGE", nargs="*", help="a recipe, sif/<IMAGE>.def (default: every recipe)"
    )
    parser.add_argument("--site", default="local", metavar="NAME", help="the site's profile (default: local)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="say which images there are, and build none")
    what.add_argument("--prune", action="store_true", help="remove images that no recipe makes any more")
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be called, built or removed, and do nothing"
    )
    common_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Build what is missing; or list, prune, or say what would be done."""
    from runner.images.offering import built, listed, planned, wanted_images
    from runner.images.pruning import pruned
    from runner.images.site import image_site
    from runner.images.steps import Line
    from runner.places import data_root, runs_folder
    from runner.planning import lookup

    corpus = data_root(arguments)
    line = Line()
    place = image_site(corpus.root, lookup.site(corpus, arguments.site, "--site"))
    if arguments.prune:
        if not arguments.dry_run:
            _refuse_running(runs_folder(arguments))
        facts, text = pruned(place, dry=arguments.dry_run)
    else:
        with terminated_like_interrupted():
            ask = not (arguments.list or arguments.dry_run)
            images = wanted_images(place, arguments.images, line.note, ask=ask)
            if arguments.list:
                facts, text = listed(place, images)
            elif arguments.dry_run:
                facts, text = planned(place, images)
            else:
                try:
                    facts, text = built(place, images, line)
                except KeyboardInterrupt:
                    line.note("paperbench: interrupted; nothing half built is left, so build again")
                    raise
    print(json.dumps(facts, indent=1) if arguments.json else text)
    return 0


def _refuse_running(runs: Path) -> None:
    """Raise PaperbenchError while a run is going that starts containers: it may need an image yet."""
    from runner.lease import LEASE, live_holder
    from runner.run_folder import RunFolder

    for lease in sorted(runs.glob(f"*/{LEASE}")):
        run = RunFolder(lease.parent)
        if live_holder(run.path) and run.plan().images:
            raise PaperbenchError(
                f"run {run.path} is going and may need an image yet; prune when it has ended"
            )
