"""Scores: intervals up a tree, and what a group of attempts amounts to under each scoring rule. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from validators.tree import Mode, Node, Rule, escape_id, view, walk


@dataclass(frozen=True, slots=True)
class Interval:
    """What a score can still be, in 0..1; judged and leaves count leaves that hold a share of it."""

    lower: float
    upper: float
    judged: int = 0
    leaves: int = 0

    @property
    def complete(self) -> bool:
        """Whether every leaf is judged, so that the bounds are one score."""
        return self.judged == self.leaves


OPEN = Interval(0.0, 1.0, 0, 1)
ZERO = Interval(0.0, 0.0, 0, 0)


def leaf_score(repeats: Sequence[float | None]) -> float | None:
    """The mean of a leaf's declared repeats; None when one is missing."""
    known = [score for score in repeats if score is not None]
    return fmean(known) if known and len(known) == len(repeats) else None


def tree_scores(
    root: Node, scores: Mapping[str, float | None], mode: Mode, rule: Rule
) -> dict[str, Interval]:
    """The interval of every node in view, by path, from the scores of leaves by path.

    A leaf that is missing or None counts 0 below and 1 above; under upstream-2026-04 it counts 0.
    Nodes without a score are left out: under paper-2025 those below which nothing has weight.
    Raises ValueError for a score outside 0..1.
    """
    found: dict[str, Interval] = {}
    tree = view(root, mode, rule)
    for path, node in reversed(list(walk(tree)) if tree is not None else []):
        if not node.children:
            found[path] = _leaf(scores.get(path), rule, path)
            continue
        children = [(child.weight, found.get(f"{path}/{escape_id(child.id)}")) for child in node.children]
        counted = [(weight, part) for weight, part in children if weight and part is not None]
        if counted:
            found[path] = _mean(counted)
        elif rule == "upstream-2026-04":
            found[path] = ZERO
    return found


def root_score(root: Node, scores: Mapping[str, float | None], mode: Mode, rule: Rule) -> Interval | None:
    """The interval of the whole tree; None when nothing in view has a score."""
    return tree_scores(root, scores, mode, rule).get(escape_id(root.id))


def _leaf(score: float | None, rule: Rule, path: str) -> Interval:
    if score is None:
        return Interval(0.0, 0.0 if rule == "upstream-2026-04" else 1.0, 0, 1)
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"the score {score} of {path} is not in 0..1")
    return Interval(score, score, 1, 1)


def _mean(parts: Sequence[tuple[float, Interval]]) -> Interval:
    total = sum(weight for weight, _ in parts)
    lower = sum(weight * part.lower for weight, part in parts) / total
    upper = sum(weight * part.upper for weight, part in parts) / total
    judged, leaves = sum(part.judged for _, part in parts), sum(part.leaves for _, part in parts)
    return Interval(lower, upper, judged, leaves)


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
