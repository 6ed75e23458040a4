"""What an import reads of one grade file, and how it counts what it did."""

from collections import Counter
from dataclasses import dataclass, field

from runner.upstream.find_grades import Found
from runner.upstream.grade_files import Graded, PaperResult
from runner.upstream.gradings import source_data
from runner.upstream.trial_names import trial_ids
from runner.upstream.ungraded import Ungraded, protocol_of
from validators.models.config import Protocol


@dataclass
class Tally:
    """What an import did."""

    added: int = 0
    present: int = 0
    foreign: list[str] = field(default_factory=list)
    trials: dict[str, None] = field(default_factory=dict)
    differing: Counter[tuple[str, str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Item:
    """One grade file read, with everything that its grading needs."""

    file: Found
    graded: Graded
    result: PaperResult | None
    paper: str
    agent: str
    at: str
    graded_at: str


def ungraded_of(item: Item) -> Ungraded:
    """The run behind a file without grades."""
    declared = protocol_of(item.result)
    return Ungraded(
        trial_ids(item.paper, item.agent, item.file)[0], item.paper, item.agent, item.at, declared,
        reproduced_of(item.result, declared or "full"),
        source_data(item.graded.source, item.file.grade),
    )  # fmt: skip


def reproduced_of(result: PaperResult | None, protocol: Protocol) -> bool | None:
    """False where the protocol's reproduction was left out; None: as the protocol says."""
    return False if result and result.skipped_reproduction and protocol != "code-dev" else None
