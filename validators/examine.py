"""One file examined: read, told its kind, and put before every rule that concerns it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from validators.documents import TEXT, Document, kind_and_faults
from validators.examined import Examined
from validators.faults import Fault, one_line, to_findings
from validators.findings import Finding, InvalidDocumentError
from validators.limits import LEFT_OUT, MOST_FAULTS
from validators.probes import read_regular
from validators.quick import quick_data
from validators.roots import DataRoot
from validators.rules import CATALOGUE
from validators.rules.rule import FolderRule, Note, Rule, TextRule
from validators.texts import decode, line_and_column, read_text

_RULES = tuple(entry for entry in CATALOGUE if isinstance(entry, Rule))
_TEXT_RULES = tuple(entry for entry in CATALOGUE if isinstance(entry, TextRule))
_OWN_ONLY = frozenset(rule.code for rule in _TEXT_RULES if rule.own_only)
_FOLDER_RULES = tuple(entry for entry in CATALOGUE if isinstance(entry, FolderRule))
# A rule may read a document that is already known to be misshapen.
_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def examine(path: Path, name: str, root: DataRoot | None, *, place_warnings: bool = True) -> Examined:
    """What there is to say of a file.

    Warnings of a large file are only counted where their places are not asked for: finding them takes an
    exact parse of the whole file.
    """
    try:
        text = _text(path, name, root)
        if path.suffix == ".jsonl":
            return Examined(tuple(_lines(path, name, text)))
        if path.suffix == ".md":
            return _examine_text(Document(path, name, TEXT, text, None, root))
        return _examine_document(path, name, text, root, place_warnings=place_warnings)
    except InvalidDocumentError as error:
        return Examined(error.findings)
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}; mend the file, or its permissions"
        return Examined((Finding(name, 1, 1, "Y001", fault),))


def examine_folders(root: DataRoot) -> list[list[Any]]:
    """What there is to say of the root's folders: path inside the root, then a finding's other fields."""
    return [
        [path, *(line or [1]), 1, rule.code, one_line(message), rule.severity]
        for rule in _FOLDER_RULES
        for path, message, *line in rule.check(root)
    ]


def _text(path: Path, name: str, root: DataRoot | None) -> str:
    if root is None or not path.is_relative_to(root.path):
        return read_text(path, name)
    if root.digest(path) is None:
        read_regular(str(path))  # raises what is wrong with it
    return decode(root.probes.contents(root.inside(path)) or b"", name)


def _lines(path: Path, name: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            findings = _examine_document(path, name, line, None, place_warnings=True).findings
        except InvalidDocumentError as error:
            findings = error.findings
        yield from (finding._replace(line=number) for finding in findings)


def _examine_text(document: Document) -> Examined:
    found = [*_told(document, []), *_text_faults(document.text)]
    faults = [one for one in found if isinstance(one, Fault)]
    root = document.root
    if any(one.code in _OWN_ONLY for one in faults) and root and root.is_kept_elsewhere(document.path):
        faults = [one for one in faults if one.code not in _OWN_ONLY]
    return Examined(tuple(to_findings(None, faults, document.name)), notes=_counted(found))


def _examine_document(
    path: Path, name: str, text: str, root: DataRoot | None, *, place_warnings: bool
) -> Examined:
    exact = None
    data = quick_data(text)
    if data is None:
        from validators.yaml_reader import parse_yaml  # noqa: PLC0415  a good document never needs it

        exact = parse_yaml(text, name)
        data = exact.data
    kind, faults = kind_and_faults(data, root.kind_at(path) if root else None)
    # A run may lie anywhere; other documents are read from their places, and stand alone elsewhere.
    placed = root is not None and (kind == "run/v1" or root.kind_at(path) is not None)
    document = Document(path, name, kind or "", text, data, root if placed else None)
    if exact is not None:
        document.__dict__["parsed"] = exact
    told = [*_told(document, faults)] if kind is not None else []
    if len(faults) >= MOST_FAULTS["error"]:
        told.append(Note(LEFT_OUT, 1))
    if kind == "overlay/v1" and not faults:
        from validators.overlays.result import result_faults  # noqa: PLC0415  few roots have overlays

        told += result_faults(document, _told)
    found = [*faults, *told, *_text_faults(text)]
    faults = [one for one in found if isinstance(one, Fault)]
    notes = _counted(found)
    if place_warnings or exact is not None or any(fault.severity == "error" for fault in faults):
        findings = to_findings(document.parsed if faults else None, faults, name)
        return Examined(tuple(findings), notes=notes)
    return Examined((), Counter(fault.code for fault in faults), notes)


def _counted(found: list[Fault | Note]) -> Counter[str]:
    notes = Counter[str]()
    for one in found:
        if isinstance(one, Note) and one.number:
            notes[one.what] += one.number
    return notes


def _told(document: Document, shape: list[Fault]) -> Iterator[Fault | Note]:
    """What the rules say, except about things whose shape is wrong already."""
    spoken_for = {fault.owner() for fault in shape} | {fault.where for fault in shape}
    wrong = {fault.where for fault in shape if fault.code not in ("S101", "S103")}
    for rule in _RULES:
        if document.kind not in rule.kinds and (rule.kinds or document.kind == TEXT):
            continue
        try:
            count = 0
            for told in rule.check(document):
                if isinstance(told, Note):
                    yield told
                    continue
                above = {told.where[:length] for length in range(len(told.where))}
                if told.where in spoken_for or above & wrong:
                    continue
                if count == MOST_FAULTS[rule.severity]:
                    yield Note(LEFT_OUT, 1)
                    break
                count += 1
                yield told._replace(code=rule.code, severity=rule.severity)
        except _MISSHAPEN:
            if not shape:
                raise


def _text_faults(text: str) -> Iterator[Fault]:
    for rule in _TEXT_RULES:
        for offset, message in rule.check(text):
            yield Fault((), message, code=rule.code, at=line_and_column(text, offset), severity=rule.severity)
