"""What a trial offers to its judges: files by category, the log, and what reproduction made."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any, Literal

from runner.errors import PaperbenchError
from runner.manifest import Entry, compare, read_manifest, scan, submission_digest
from runner.run_folder import TrialFolder, handed_nothing_in
from validators.checks import CheckEvidence
from validators.checks.files import RefusedFileError, open_inside
from validators.log_text import unstamped
from validators.models.config import Protocol
from validators.models.plan import PlannedTrial
from validators.models.records import Outcome

Origin = Literal["made", "pre_existing", "mixed", "none"]
CODE_DEVELOPMENT = "Code Development"
RESULT_ANALYSIS = "Result Analysis"
NOT_REPRODUCED = "no_reproduce_script"
LOG_EDGE_BYTES = 8 * 1024 * 1024
_CODE = frozenset(
    f".{suffix}"
    for suffix in (
        *("py", "ipynb", "r", "rmd", "m", "jl", "sh", "java", "js", "ts", "scala", "go", "rs", "f90"),
        *("c", "h", "cpp", "hpp", "cc", "cxx", "hxx", "cu", "cuh"),
    )
)


@dataclass(frozen=True)
class Section:
    """What the leaves of one category may look at.

    `entries` are the regular files below root; `checkable` those that a deterministic check may look at;
    `made` those that reproduction made.
    """

    root: Path
    entries: tuple[Entry, ...]
    checkable: frozenset[str]
    made: frozenset[str]
    exit_status: int | None
    log: str
    reproduction: Outcome | None

    @property
    def digests(self) -> dict[str, str]:
        """The sha256 of each file that has one."""
        return {entry.path: entry.sha256 for entry in self.entries if entry.sha256}

    @property
    def origin(self) -> Origin:
        """Whether evidence of results was made by reproduction or lay there before, code aside."""
        before = any(e.path not in self.made and not is_code(e.path) for e in self.entries)
        made = bool(self.made or self.log.strip())
        if made:
            return "mixed" if before else "made"
        return "pre_existing" if before else "none"

    def check_evidence(self) -> CheckEvidence:
        """The same for a deterministic check."""
        return CheckEvidence(self.root, self.checkable, self.exit_status, self.log)


@dataclass(frozen=True)
class Case:
    """One trial as its judges see it."""

    trial: str
    paper: str
    protocol: Protocol
    handed_in: Section
    reproduced: Section | None
    submission_digest: str
    not_reproduced: bool
    _memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    _lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    def section(self, category: str) -> Section:
        """What leaves of this category look at: code as it was handed in, all else as it was reproduced."""
        return self.handed_in if category == CODE_DEVELOPMENT or self.reproduced is None else self.reproduced

    def once(self, key: Any, build: Callable[[], Any]) -> Any:
        """What build returns, built once for all threads."""
        with self._lock:
            if key not in self._memo:
                self._memo[key] = build()
            return self._memo[key]


def is_code(path: str) -> bool:
    """Whether a file is source code, by its suffix."""
    return PurePosixPath(path).suffix.lower() in _CODE


def unready(folder: TrialFolder, protocol: Protocol) -> str | None:
    """Why a trial cannot be judged yet; None when it can."""
    stages: tuple[Literal["rollout", "reproduce"], ...] = ("rollout", "reproduce")
    for stage in stages[:1] if protocol == "code-dev" else stages:
        outcome = folder.outcome(stage)
        if outcome is None:
            return f"its {stage} has not ended"
        if outcome.failure_class == "infrastructure":
            return f"its {stage} failed for infrastructure ({outcome.reason})"
        if handed_nothing_in(outcome):
            return None
    return None


def open_case(folder: TrialFolder, trial: PlannedTrial, protocol: Protocol) -> Case:
    """Gather a trial's evidence; raises PaperbenchError when its folders are not as its outcomes say."""
    source = folder.stage("rollout") / "submission"
    if not source.is_dir():
        raise PaperbenchError(f"{source} is missing though its rollout ended; restore it or plan again")
    reproduce = folder.stage("reproduce")
    before_file = reproduce / "manifest.before.jsonl"
    use_before = protocol != "code-dev" and before_file.is_file()
    before = read_manifest(before_file) if use_before else scan(source)
    files = tuple(_files(before))
    handed_in = Section(source, files, frozenset(e.path for e in files), frozenset(), None, "", None)
    outcome = folder.outcome("reproduce") if protocol != "code-dev" else None
    return Case(
        trial=trial.id,
        paper=trial.paper,
        protocol=protocol,
        handed_in=handed_in,
        reproduced=_reproduced(reproduce, tuple(before), outcome) if outcome else None,
        submission_digest=submission_digest(before),
        not_reproduced=outcome is not None and outcome.reason == NOT_REPRODUCED,
    )


def _reproduced(folder: Path, before: tuple[Entry, ...], outcome: Outcome) -> Section:
    after_file = folder / "manifest.after.jsonl"
    after = tuple(read_manifest(after_file)) if after_file.is_file() else before
    files = tuple(_files(after))
    made = compare(before, after).made & {entry.path for entry in files}
    ended_itself = outcome.reason in {"ok", "exit_status"}
    status = outcome.exit_status if ended_itself else None
    log = read_log(folder / "reproduce.log")
    return Section(folder / "submission", files, made, made, status, log, outcome)


def _files(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind == "file"]


def read_log(path: Path, edge: int = LOG_EDGE_BYTES) -> str:
    """The log's text as it was printed; of a long one the first and the last `edge` bytes, a line between.

    Empty when there is no log or something else lies in its place: the script could reach it.
    """
    try:
        handle = open_inside(path.parent, path.name)
    except RefusedFileError:
        return ""
    with os.fdopen(handle, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size <= 2 * edge:
            return unstamped(stream.read().decode("utf-8", "replace"))
        head = stream.read(edge)
        stream.seek(size - edge)
        tail = stream.read(edge)
    gap = f"\n[... {size - 2 * edge} bytes of the log are left out here ...]\n"
    return unstamped(head.decode("utf-8", "replace") + gap + tail.decode("utf-8", "replace"))
