"""paperbench check: validate papers, rubrics and configs."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner import __version__
from runner.errors import PaperbenchError, UsageError
from validators.formats import FORMATS, usual, written
from validators.formats.setting import Setting, setting_of

if TYPE_CHECKING:
    from validators.report import Report

EXIT_FINDINGS = 1
EXIT_OURS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH|PAPER",
        help="files, folders, or papers with their rubrics (default: the whole data root)",
    )
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )
    parser.add_argument(
        "--format",
        choices=[name for name, _ in FORMATS],
        help="how findings are printed (default: text; github inside GitHub Actions)",
    )
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="the same as --format json"
    )
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    parser.add_argument(
        "--warnings", action="store_true", help="list every warning of the data root, instead of their number"
    )
    parser.add_argument("--no-cache", action="store_true", help="look at every file again")
    parser.add_argument(
        "--base",
        metavar="REV",
        default="none",
        help="compare with where the work left this git revision, whether revisions were raised; "
        "auto: the target branch (default: none)",
    )
    parser.add_argument("--fix", action="store_true", help="first mend what is mechanical; then check")
    parser.add_argument("--fix-digests", action="store_true", help="--fix, and the sha256 of listed files")
    parser.add_argument("--explain", metavar="CODE", help="print what a code means, why, and how to mend it")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 0 clean, 1 findings, 2 usage, 3 our own fault."""
    if arguments.explain is not None:
        return _explain(arguments.explain)
    from validators.report import strictly

    root = _root(arguments.root, needed=not arguments.paths)
    paths = [path for name in arguments.paths for path in _named(name, root)]
    setting = setting_of(os.environ, (sys.stdout, sys.stderr), __version__)
    form = arguments.format or usual(setting)
    try:
        if arguments.fix or arguments.fix_digests:
            _fix(paths, root, digests=arguments.fix_digests)
        # A reader of a terminal wants to know how many warnings there are before seeing each of them.
        placed = form != "text" or arguments.warnings or arguments.strict
        report = _report(paths, root, arguments, placed=placed)
    except (OSError, PaperbenchError):
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is our fault and no traceback helps the author
        print(f"paperbench: internal fault {_where(error)}; please report it with the file", file=sys.stderr)
        return EXIT_OURS
    if not report.files and not report.findings:
        raise UsageError("no YAML file there; give a document, a folder that holds some, or a data root")
    if arguments.strict:
        report = strictly(report)
    _print(report, form, setting)
    return EXIT_FINDINGS if report.number("error") else 0


def _named(name: str, root: Path | None) -> list[Path]:
    """What a word of the command line names: a path, or what belongs to a paper."""
    from validators.files import is_checked, named

    paths = named(name, root)
    if not paths:
        raise UsageError(
            f"{name} does not exist, and is no paper; give a file, a folder or a paper that does"
        )
    for path in paths:
        if path.is_file() and not is_checked(path, root):
            raise UsageError(f"{name} is no document of a data root; give YAML, or a text of a paper")
    return paths


def _root(given: str | None, *, needed: bool) -> Path | None:
    from validators.roots import find_root

    if given is not None:
        root = Path(given).resolve()
        if not root.is_dir():
            raise UsageError(f"--root {given} is no folder; give the folder that holds papers/ and rubrics/")
        return root
    found = find_root(Path.cwd()) if needed else None
    if needed and found is None:
        raise UsageError("no folder upwards holds papers/ and rubrics/; give a path, or the root with --root")
    return found


def _report(paths: list[Path], root: Path | None, arguments: argparse.Namespace, *, placed: bool) -> "Report":
    from validators.check import check_paths, check_root

    if paths or root is None:
        report = check_paths(paths, root, place_warnings=placed, cached=not arguments.no_cache)
    else:
        report = check_root(root, place_warnings=placed, cached=not arguments.no_cache)
    return report if arguments.base == "none" else _with_revisions(report, paths, root, arguments.base)


def _with_revisions(report: "Report", paths: list[Path], root: Path | None, base: str) -> "Report":
    from runner.revisions import revision_report
    from validators.report import joined

    return joined([report, revision_report(base, root, paths)])


def _fix(paths: list[Path], root: Path | None, *, digests: bool) -> None:
    from validators.fixes import fix_files

    whole = [root] if root is not None else []
    for mended in fix_files(paths or whole, root, digests=digests):
        print(mended, file=sys.stderr)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    place = f" in {Path(code.co_filename).name}, {code.co_name}" if code is not None else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def _print(report: "Report", form: str, setting: Setting) -> None:
    page = written(form, report, setting)
    for stream, words in ((sys.stdout, page.out), (sys.stderr, page.err)):
        if stream is None:
            continue
        # A file's name may hold what the stream cannot.
        code = stream.encoding or "utf-8"
        stream.write(words.encode(code, "backslashreplace").decode(code))
        stream.flush()
    if page.summary and setting.room is not None:
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("ab") as summary:
            summary.write(page.summary.encode("utf-8", "backslashreplace"))


def _explain(code: str) -> int:
    """Print the page of a code, or the codes of a family such as R2, a line each."""
    from validators.rules import CATALOGUE
    from validators.rules.rule import explained, listed
    from validators.words import advise

    entries = {entry.code: entry for entry in CATALOGUE}
    family = [entry for known, entry in entries.items() if known.startswith(code.upper())]
    if not family or not code:
        mend = advise(code.upper(), entries, "spec/rules.md lists them all")
        raise UsageError(f"no code '{code}'; {mend}")
    whole = entries.get(code.upper())
    print(explained(whole) if whole else "\n".join(map(listed, family)))
    return 0
