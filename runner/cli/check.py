"""paperbench check: validate papers, rubrics and configs."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import UsageError

if TYPE_CHECKING:
    from validators.report import Report

EXIT_FINDINGS = 1
EXIT_OURS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's own arguments."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders (default: the whole data root)"
    )
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how findings are printed")
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="the same as --format json"
    )
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    parser.add_argument(
        "--warnings", action="store_true", help="list every warning of the data root, instead of their number"
    )
    parser.add_argument("--no-cache", action="store_true", help="look at every file again")
    parser.add_argument("--explain", metavar="CODE", help="print what a code means, why, and how to mend it")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 0 clean, 1 findings, 2 usage, 3 our own fault."""
    if arguments.explain is not None:
        return _explain(arguments.explain)
    from validators.report import strictly

    paths = [Path(path) for path in arguments.paths]
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; give files or folders that do")
    root = _root(arguments.root, needed=not paths)
    try:
        report = _report(paths, root, arguments)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is our fault and no traceback helps the author
        print(f"paperbench: internal fault {_where(error)}; please report it with the file", file=sys.stderr)
        return EXIT_OURS
    if not report.files:
        raise UsageError("no YAML file there; give a document, a folder that holds some, or a data root")
    if arguments.strict:
        report = strictly(report)
    _print(report, arguments.format)
    return EXIT_FINDINGS if report.count("error") else 0


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


def _report(paths: list[Path], root: Path | None, arguments: argparse.Namespace) -> "Report":
    from validators.check import check_paths, check_root

    if paths or root is None:
        return check_paths(paths, root)
    # A reader of a terminal wants to know how many warnings there are before seeing each of them.
    placed = arguments.format != "text" or arguments.warnings or arguments.strict
    return check_root(root, place_warnings=placed, cached=not arguments.no_cache)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    place = f" in {Path(code.co_filename).name}, {code.co_name}" if code is not None else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def _print(report: "Report", form: str) -> None:
    if form == "json":
        findings = [asdict(finding) for finding in report.findings]
        print(json.dumps({"files": report.files, "findings": findings}, indent=1, ensure_ascii=False))
        return
    for finding in report.findings:
        print(finding)
    for file, codes in report.counted.items():
        listed = ", ".join(f"{count} {code}" for code, count in codes.items())
        print(f"{file}: warnings: {listed}; to see each: paperbench check {file}")
    for what, count in report.notes.items():
        print(f"{count} {what}", file=sys.stderr)
    files = f"{report.files} file{'s' if report.files != 1 else ''}"
    counts = {kind: report.count(kind) for kind in ("error", "warning")}
    end = ", ".join(f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in counts.items() if count)
    end = f"{end or 'clean'}{f', {report.passed_over} waived' if report.passed_over else ''}"
    sys.stdout.flush()
    print(f"{files}, {end}", file=sys.stderr)


def _explain(code: str) -> int:
    from validators.rules import CATALOGUE
    from validators.rules.rule import page
    from validators.words import advise

    pages = {entry.code: page(entry) for entry in CATALOGUE}
    if code.upper() not in pages:
        mend = advise(code.upper(), pages, "spec/rules.md lists them all")
        raise UsageError(f"no code '{code}'; {mend}")
    print(f"{code.upper()}: {pages[code.upper()]}")
    return 0
