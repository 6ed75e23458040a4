"""What the database's scores are tested against: whole trees and groups of attempts, by plain arithmetic."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from runner.scoring import Interval, tree_scores
from validators.ids import escape_id
from validators.tree import Mode, Node, Rule

OPEN = Interval(0.0, 1.0, 0, 1)


def leaf_score(repeats: Sequence[float | None]) -> float | None:
    """The mean of a leaf's declared repeats; None when one is missing."""
    known = [score for score in repeats if score is not None]
    return fmean(known) if known and len(known) == len(repeats) else None


def root_score(root: Node, scores: Mapping[str, float | None], mode: Mode, rule: Rule) -> Interval | None:
    """The interval of the whole tree; None when nothing in view has a score."""
    return tree_scores(root, scores, mode, rule).get(escape_id(root.id))


@dataclass(frozen=True, slots=True)
class Summary:
    """What attempts amount to; score and standard error only where every attempt is complete."""

    lower: float
    upper: float
    score: float | None
    standard_error: float | None
    attempts: int


def standard_error(values: Sequence[float]) -> float | None:
    """The sample standard deviation (ddof 1) over the root of their number; None for fewer than two."""
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None


def summarise_paper_2025(attempts: Sequence[Mapping[str, Interval]], papers: Collection[str]) -> Summary:
    """Mean over the declared papers in each attempt, then mean and standard error over attempts.

    A trial that was disqualified or handed nothing in is [0, 0]; one that is not there is [0, 1].
    Raises ValueError without attempts or papers.
    """
    if not attempts or not papers:
        raise ValueError("a summary needs at least one attempt and one paper")
    trials = [[attempt.get(paper, OPEN) for paper in papers] for attempt in attempts]
    lowers = [fmean(trial.lower for trial in attempt) for attempt in trials]
    upper = fmean(fmean(trial.upper for trial in attempt) for attempt in trials)
    complete = all(trial.complete for attempt in trials for trial in attempt)
    return Summary(
        lower=fmean(lowers),
        upper=upper,
        score=fmean(lowers) if complete else None,
        standard_error=standard_error(lowers) if complete else None,
        attempts=len(attempts),
    )


@dataclass(frozen=True, slots=True)
class UpstreamSummary:
    """Upstream's group metric; None where upstream prints NaN."""

    mean: float | None
    standard_error: float | None
    complete_attempts: int
    by_paper: dict[str, tuple[float | None, ...]]


def summarise_upstream(
    results: Iterable[tuple[str, float]], papers: Collection[str], tries: int
) -> UpstreamSummary:
    """Upstream's group metric over the graded results (paper, root score) in their order of arrival.

    The k-th result of a paper goes to the k-th try, so gaps close up; only tries with every paper count.
    Raises ValueError when a paper has more results than tries.
    """
    dealt: dict[str, list[float]] = {paper: [] for paper in papers}
    for paper, score in results:
        if len(dealt.setdefault(paper, [])) == tries:
            raise ValueError(f"{paper} has more graded results than the {tries} tries")
        dealt[paper].append(score)
    complete = [
        fmean(scores[seed] for scores in dealt.values())
        for seed in range(tries)
        if dealt and all(seed < len(scores) for scores in dealt.values())
    ]
    return UpstreamSummary(
        mean=fmean(complete) if complete else None,
        standard_error=standard_error(complete),
        complete_attempts=len(complete),
        by_paper={
            paper: tuple(scores[seed] if seed < len(scores) else None for seed in range(tries))
            for paper, scores in dealt.items()
        },
    )
