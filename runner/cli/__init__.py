"""The paperbench command: finds the verb, runs it, and turns errors into one line."""

import argparse
import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from runner import __version__
from runner.cli.verbs import VERBS
from runner.errors import PaperbenchError, UsageError
from validators.findings import InvalidDocumentError
from validators.hydration import NotHydratedError

EXIT_USAGE = 2
EXIT_OURS = 3
EXIT_INTERRUPTED = 130


def build_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser: all verbs by name, or with its arguments the one that is called."""
    shape: dict[str, Any] = {"allow_abbrev": False, "formatter_class": _help_formatter()}
    parser = argparse.ArgumentParser(
        prog="paperbench", description="Plan, run, judge and rank replications of papers.", **shape
    )
    parser.add_argument("--version", action="version", version=f"paperbench {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in [verb] if verb in VERBS else VERBS:
        module, summary = VERBS[name]
        sub = verbs.add_parser(name, help=summary, description=summary, **shape)
        if name == verb:
            import_module(module).add_arguments(sub)
    return parser


def _help_formatter() -> Callable[[str], argparse.HelpFormatter]:
    """A formatter that knows its width: finding it out, argparse loads shutil for every argument."""
    width = os.environ.get("COLUMNS", "")
    try:
        columns = int(width) if width.isdecimal() else os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
    except (AttributeError, OSError, ValueError):
        columns = 80
    return partial(argparse.HelpFormatter, width=columns - 2)


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that every verb working on data takes."""
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )
    parser.add_argument(
        "--runs", metavar="DIR", help="where runs are kept (default: runs/ under the data root)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON at full precision")


def _run(argv: list[str]) -> int:
    verb = next((word for word in argv if not word.startswith("-")), None)
    arguments = build_parser(verb).parse_args(argv)
    module, _ = VERBS[arguments.verb]
    return int(import_module(module).run(arguments))


def _explain(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}; mend the path, its permissions or the space, and run again"


def fault(error: Exception) -> tuple[int, str]:
    """The exit status and the words for an error."""
    if isinstance(error, InvalidDocumentError):
        return 1, "\n".join([str(error), *getattr(error, "__notes__", ())])
    if isinstance(error, NotHydratedError):
        return 1, f"paperbench: {error}"
    if isinstance(error, PaperbenchError):
        return EXIT_USAGE if isinstance(error, UsageError) else 1, f"paperbench: {error}"
    if isinstance(error, OSError):
        return 1, f"paperbench: {_explain(error)}"
    # A start that needs no traceback does without its imports.
    import traceback

    traceback.print_exception(error)
    return EXIT_OURS, "paperbench: this is our own fault; please report the lines above"


def main(argv: list[str] | None = None) -> int:
    """Run one verb; exit status 0 done, 1 something to mend, 2 usage, 3 our own fault, 130 interrupted."""
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the one place where every error ends
        status, words = fault(error)
        print(words, file=sys.stderr)
        return status


def command() -> int:
    """Run one verb in a process of its own: what the installed command calls."""
    is_check = sys.argv[1:2] == ["check"]
    if is_check:
        # It is over soon and keeps nearly all it reads: looking for garbage takes a tenth of its time.
        gc.disable()
    status = main()
    if is_check:
        gc.freeze()
    return status
