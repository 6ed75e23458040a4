"""Files in, findings out: what `paperbench check` does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from validators.documents import Document, kind_and_faults
from validators.faults import Fault, to_findings
from validators.findings import Finding, InvalidDocumentError
from validators.roots import DataRoot, find_root
from validators.rules import CATALOGUE
from validators.rules.rule import FolderRule, Rule
from validators.yaml_reader import Parsed, parse_yaml, read_text, read_yaml

_RULES = tuple(entry for entry in CATALOGUE if isinstance(entry, Rule))
_FOLDER_RULES = tuple(entry for entry in CATALOGUE if isinstance(entry, FolderRule))
_ENDINGS = frozenset({".yaml", ".yml"})
# A rule may read a document that is already known to be misshapen.
_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Report:
    """What was looked at and what was found, sorted."""

    files: int
    findings: tuple[Finding, ...]


def check_root(root: Path) -> Report:
    """Check a whole data root: its documents and its folders."""
    data_root = DataRoot(root)
    report = _check_files(((path, data_root) for path, _ in data_root.documents()))
    strays = [
        Finding(shown(data_root.path / path), 1, 1, rule.code, message)
        for rule in _FOLDER_RULES
        for path, message in rule.check(data_root)
    ]
    return replace(report, findings=tuple(sorted([*report.findings, *strays])))


def check_paths(paths: Iterable[Path], root: Path | None = None) -> Report:
    """Check files, and all YAML files below folders; a folder that is a data root is checked as one."""
    reports: list[Report] = []
    roots: dict[Path | None, DataRoot | None] = {None: None}
    files: dict[Path, DataRoot | None] = {}
    for path in (given.resolve() for given in paths):
        if path.is_dir() and find_root(path) == path:
            reports.append(check_root(path))
            continue
        for file in _below(path) if path.is_dir() else (path,):
            nearest = root or find_root(file.parent)
            files[file] = roots.setdefault(nearest, DataRoot(nearest) if nearest else None)
    reports.append(_check_files(files.items()))
    findings = {finding for report in reports for finding in report.findings}
    return Report(sum(report.files for report in reports), tuple(sorted(findings)))


def shown(path: Path) -> str:
    """The path as a finding names it: from the working folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _below(folder: Path) -> Iterator[Path]:
    """The YAML files below a folder, hidden ones and other people's submissions aside."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if (
            path.suffix in _ENDINGS
            and path.is_file()
            and not _skipped(parts)
            and not path.name.endswith(".patch.yaml")
        ):
            yield path


def _skipped(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part in ("submissions", "submission") for part in parts)


def _check_files(files: Iterable[tuple[Path, DataRoot | None]]) -> Report:
    findings: list[Finding] = []
    count = 0
    for path, root in files:
        count += 1
        findings.extend(check_file(path, root))
    return Report(count, tuple(sorted(findings)))


def check_file(path: Path, root: DataRoot | None) -> list[Finding]:
    """The findings of one file, a document in each line of a .jsonl; raises OSError."""
    name = shown(path)
    try:
        if path.suffix == ".jsonl":
            return list(_check_lines(path, name))
        return _check_parsed(path, name, read_yaml(path, name), root)
    except InvalidDocumentError as error:
        return list(error.findings)


def _check_lines(path: Path, name: str) -> Iterator[Finding]:
    for number, line in enumerate(read_text(path, name).split("\n"), 1):
        if not line.strip():
            continue
        try:
            findings = _check_parsed(path, name, parse_yaml(line, name), None)
        except InvalidDocumentError as error:
            findings = list(error.findings)
        yield from (replace(finding, line=number) for finding in findings)


def _check_parsed(path: Path, name: str, parsed: Parsed, root: DataRoot | None) -> list[Finding]:
    kind, faults = kind_and_faults(parsed.data, root.kind_at(path) if root else None)
    if kind is not None:
        # A run may lie anywhere; other documents are read from their places, and stand alone elsewhere.
        placed = root is not None and (kind == "run/v1" or root.kind_at(path) is not None)
        document = Document(path, name, kind, parsed, root if placed else None)
        faults = [*faults, *_rule_faults(document, faults)]
    return to_findings(parsed, faults, name)


def _rule_faults(document: Document, shape: list[Fault]) -> Iterator[Fault]:
    """What the rules say, except about things whose shape is wrong already."""
    spoken_for = {fault.owner() for fault in shape} | {fault.where for fault in shape}
    wrong = {fault.where for fault in shape if fault.code not in ("S101", "S103")}
    for rule in _RULES:
        if rule.kinds and document.kind not in rule.kinds:
            continue
        try:
            for fault in rule.check(document):
                above = {fault.where[:length] for length in range(len(fault.where))}
                if fault.where not in spoken_for and not above & wrong:
                    yield replace(fault, code=rule.code)
        except _MISSHAPEN:
            if not shape:
                raise
