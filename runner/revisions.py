"""Holds the documents of a work tree against where they come from: an earlier commit, or upstream."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import PaperbenchError, UsageError
from runner.rubrics.revisions import Repository, repository
from validators.documents import kind_and_faults
from validators.faults import to_findings
from validators.findings import Finding, InvalidDocumentError
from validators.hydration import how_to_fetch
from validators.overlays.base import why_not_upstreams
from validators.quick import quick_data
from validators.report import Report, joined, shown
from validators.revising import revision_fault
from validators.roots import OVERLAY, DataRoot, find_root
from validators.texts import decode
from validators.yaml_reader import parse_yaml

AUTO = "auto"
_FOLDERS = ("papers", "rubrics")
_PATTERNS = ("papers/*/paper.yaml", "papers/*/blacklist.yaml", "rubrics/*.yaml")
_TARGETS = ("origin/HEAD", "origin/main", "main")


@dataclass(frozen=True)
class _Start:
    """The commit that the work tree is held against, and what a finding calls it."""

    git: Repository
    commit: str
    label: str


class _NothingToCompareError(PaperbenchError):
    """There is no commit to hold the work tree against; its text says why."""


def revision_report(base: str, root: Path | None, paths: Sequence[Path]) -> Report:
    """Findings about documents that changed since the merge base with a revision, or were hydrated.

    With the base 'auto' that is the target branch, if one is found; where not, a note says so, unless this
    is a CI run that could have fetched it. Raises PaperbenchError, and UsageError for an unknown revision.
    """
    given = [path.resolve() for path in paths]
    roots = {root} if root is not None else {find_root(path) for path in given}
    return joined(_of_root(base, one, given) for one in roots if one is not None)


def _of_root(base: str, root: Path, given: list[Path]) -> Report:
    data = DataRoot(root)
    edited = tuple(_edited(data, given))
    try:
        start = _start(root, base)
    except _NothingToCompareError as error:
        documents = sum(1 for pattern in _PATTERNS for _ in root.glob(pattern))
        return Report(0, edited, notes={f"revisions not compared: {error}": documents})
    return Report(0, (*edited, *_findings(start, data, given)))


def _edited(root: DataRoot, given: list[Path]) -> Iterator[Finding]:
    """R246: hydrated rubrics, which git ignores, that somebody edited."""
    for paper in root.paper_ids():
        place = f"rubrics/{paper}.yaml"
        path = root.path / place
        _, sha256 = root.fetchable(paper).get(place, ("", None))
        if sha256 is None or not path.is_file() or not _meant(path, given):
            continue
        rubric = root.data(path)
        if kind_and_faults(rubric, "rubric/v1")[1] or why_not_upstreams(rubric, sha256) is None:
            continue
        mend = f"put edits into rubrics/{paper}{OVERLAY}, or run '{how_to_fetch(paper)} --force'"
        yield Finding(shown(path), 1, 1, "R246", f"{place} is not upstream's any more; {mend}")


def _start(root: Path, base: str) -> _Start:
    try:
        git = repository(root)
    except PaperbenchError as error:
        why = str(error).partition(";")[0]
        if base == AUTO:
            raise _NothingToCompareError(why) from None
        raise PaperbenchError(f"{why}; mend that, or leave out --base {base}") from None
    if base != AUTO:
        return _explicit(git, base)
    try:
        return _against(git, _target(git))
    except PaperbenchError as error:
        if _in_ci() and (git.shallow() or _asked_for()):
            raise
        raise _NothingToCompareError(str(error)) from None


def _explicit(git: Repository, base: str) -> _Start:
    try:
        git.commit(base)
    except PaperbenchError as error:
        raise UsageError(f"--base {base}: {error}") from None
    return _against(git, base)


def _against(git: Repository, revision: str) -> _Start:
    commit = git.merge_base("HEAD", revision)
    return _Start(git, commit, f"{revision} ({commit[:10]})")


def _target(git: Repository) -> str:
    """The branch that the work is to be merged into."""
    asked = _asked_for()
    names = (f"origin/{asked}",) if asked else _TARGETS
    found = next((name for name in names if git.has(name)), names[-1])
    git.commit(found)  # raises what to do where none is there
    return found


def _asked_for() -> str | None:
    """The target of the pull request that GitHub Actions runs for."""
    return os.environ.get("GITHUB_BASE_REF") or None


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def _findings(start: _Start, root: DataRoot, given: list[Path]) -> Iterator[Finding]:
    for name in start.git.modified(start.commit, *_FOLDERS):
        path = root.path / name
        kind = root.kind_at(path)
        if kind is None or not path.is_file() or not _meant(path, given):
            continue
        earlier = start.git.text(start.commit, name)
        if earlier is None:
            continue
        try:
            before, (after, text) = _read(earlier, name)[0], _read(path.read_bytes(), name)
        except InvalidDocumentError:
            continue
        fault = revision_fault(kind, before, after, start.label)
        if fault is not None:
            yield from to_findings(parse_yaml(text, name), [fault], shown(path))


def _meant(path: Path, given: list[Path]) -> bool:
    return not given or any(one == path or one in path.parents for one in given)


def _read(content: bytes, name: str) -> tuple[Any, str]:
    """The data of a document, and its text; raises InvalidDocumentError."""
    text = decode(content, name)
    data = quick_data(text)
    return parse_yaml(text, name).data if data is None else data, text
