"""What a change of a rubric does to stored scores: exact where verdicts stand, else an interval. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from runner.rubrics.comparing import Comparison
from runner.scoring import Interval, tree_scores
from validators.ids import escape_id
from validators.tree import Mode, Node, Rule, effective_weights, leaves

CODE_DEVELOPMENT = "Code Development"


@dataclass(frozen=True)
class Bounds:
    """A score as boards have it: bounds in 0..1, None where there is no score at all; leaves by number."""

    lower: float | None
    upper: float | None
    judged: int
    leaves: int

    @property
    def score(self) -> float | None:
        """The one score there is at full coverage."""
        return self.lower if self.lower is not None and self.judged == self.leaves else None


@dataclass(frozen=True)
class StoredScore:
    """One trial under one judge, as it is stored; scores are those of judged leaves, by path.

    deciders are who decided any of its leaves: check, rule, llm, human, ...
    """

    run: str
    trial: str
    agent: str
    judge: str
    key: str
    mode: Mode
    rule: Rule
    state: str
    repeats: int
    deciders: frozenset[str]
    before: Bounds
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Effect:
    """A stored score before and after; to_judge: leaves that lost or never had a verdict by the change.

    calls is what judging these costs: leaves x repeats, without those that checks or rules decide.
    """

    stored: StoredScore
    after: Bounds
    to_judge: int
    calls: int


@dataclass(frozen=True)
class Mean:
    """The mean over one agent's attempts at the paper, under one comparability key."""

    agent: str
    judge: str
    key: str
    attempts: int
    before: Bounds
    after: Bounds


def effect_on(stored: StoredScore, change: Comparison) -> Effect:
    """What the change does to a stored score."""
    scores = {path: stored.scores[was] for path, was in change.standing.items() if was in stored.scores}
    after = bounds_of(change.new, scores, stored)
    shares = effective_weights(change.new, stored.mode, stored.rule)
    opened = [
        leaf
        for path, leaf in leaves(change.new)
        if shares.get(path) and path not in change.standing and stored.state == "judged"
    ]
    asked = sum(1 for leaf in opened if not _decided_without_judge(leaf, stored.deciders))
    return Effect(stored, after, len(opened), asked * stored.repeats)


def _decided_without_judge(leaf: Node, deciders: frozenset[str]) -> bool:
    """Whether the grading decides such a leaf by its check, or by the rule on missing reproductions."""
    return (leaf.check is not None and "check" in deciders) or (
        leaf.category != CODE_DEVELOPMENT and "rule" in deciders
    )


def bounds_of(root: Node, scores: Mapping[str, float], stored: StoredScore) -> Bounds:
    """The score of a tree with these scores of leaves, as the database would have it."""
    known = scores if stored.state == "judged" else {}
    interval = tree_scores(root, known, stored.mode, stored.rule).get(escape_id(root.id))
    if interval is None:
        return Bounds(None, None, 0, 0)
    if stored.state == "zero":
        interval = Interval(0.0, 0.0, interval.leaves, interval.leaves)
    complete = stored.state != "open" and interval.complete
    if stored.rule == "upstream-2026-04" and not complete:
        return Bounds(None, None, interval.judged, interval.leaves)
    return Bounds(interval.lower, interval.upper, interval.judged, interval.leaves)


def means(effects: Sequence[Effect]) -> list[Mean]:
    """The mean of each agent's attempts, before and after; attempts of different keys are never merged."""
    groups: defaultdict[tuple[str, str, str], list[Effect]] = defaultdict(list)
    for effect in effects:
        groups[effect.stored.agent, effect.stored.judge, effect.stored.key].append(effect)
    return [
        Mean(
            *group, len(parts), _mean([part.stored.before for part in parts]), _mean([p.after for p in parts])
        )
        for group, parts in groups.items()
    ]


def _mean(parts: Sequence[Bounds]) -> Bounds:
    judged, number = sum(part.judged for part in parts), sum(part.leaves for part in parts)
    lowers = [part.lower for part in parts if part.lower is not None]
    uppers = [part.upper for part in parts if part.upper is not None]
    if len(lowers) < len(parts) or len(uppers) < len(parts):
        return Bounds(None, None, judged, number)
    return Bounds(fmean(lowers), fmean(uppers), judged, number)
