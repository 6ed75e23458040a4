"""paperbench rubric fmt: write YAML documents in the one layout; what they say stays."""

import argparse
import sys
from pathlib import Path

EXIT_FINDINGS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of fmt."""
    parser.add_argument(
        "names", metavar="PATH|PAPER", nargs="+", help="files, folders, or papers whose rubrics to lay out"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    parser.add_argument("--diff", action="store_true", help="write nothing; print what would change")
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Lay out each file; 0 done, 1 something would change (--check) or could not be read."""
    from runner.places import root_around
    from validators.files import files_of
    from validators.findings import InvalidDocumentError
    from validators.layout.document import laid_out
    from validators.report import shown
    from validators.texts import read_text
    from validators.writing import write_atomically

    corpus = root_around(arguments)
    root = corpus.root if corpus is not None and arguments.root is not None else None
    paths = [path for name in arguments.names for path in _paths(name, corpus.root if corpus else None)]
    refused, changed, files = 0, 0, files_of(paths, root)
    for path, home in files.items():
        name = shown(path)
        try:
            text = read_text(path, name)
            written = laid_out(text, name, expected=home.kind_at(path) if home is not None else None)
        except InvalidDocumentError as error:
            print(error)
            refused += 1
            continue
        if written == text:
            continue
        changed += 1
        if arguments.diff:
            _print_change(text, written, name)
        else:
            print(f"{name}: {'would change' if arguments.check else 'laid out'}")
        if not arguments.check and not arguments.diff:
            write_atomically(path, written.encode())
    _sum_up(len(files), changed, refused, written=not (arguments.check or arguments.diff))
    return EXIT_FINDINGS if refused or (changed and arguments.check) else 0


def _paths(name: str, root: Path | None) -> list[Path]:
    """The file or folder of that name, or the rubric and the overlay of that paper."""
    from runner.errors import PaperbenchError
    from validators.roots import OVERLAY

    if Path(name).exists():
        return [Path(name)]
    if root is None:
        raise PaperbenchError(f"no file '{name}', and no data root around; name its root with --root")
    rubrics = [root / "rubrics" / f"{name}{ending}" for ending in (".yaml", OVERLAY)]
    found = [path for path in rubrics if path.is_file()]
    if not found:
        raise PaperbenchError(f"'{name}' is no file, and no paper with a rubric; give one of the two")
    return found


def _print_change(before: str, after: str, name: str) -> None:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} (laid out)", lineterm=""
    )
    print("\n".join(lines))


def _sum_up(files: int, changed: int, refused: int, *, written: bool) -> None:
    from runner.words import counted

    end = f"{changed} {'laid out' if written else 'would change'}" if changed else "nothing to change"
    sys.stdout.flush()
    tail = f", {refused} could not be read" if refused else ""
    print(f"{counted(files, 'file')}, {end}{tail}", file=sys.stderr)
