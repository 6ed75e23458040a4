"""What a change of a rubric does to stored scores: exact where verdicts stand, else an interval. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from runner.judging.assignment import is_wanted
from runner.judging.evidence import CODE_DEVELOPMENT
from runner.rubrics.comparing import Comparison
from runner.scoring import Interval, tree_scores
from validators.ids import escape_id
from validators.tree import Mode, Node, Rule, effective_weights, leaves


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

    agent_digest is that of the agent's config, None where it was imported.
    deciders are who decided any of its leaves: check, rule, llm, human, ...
    """

    run: str
    trial: str
    agent: str
    agent_digest: str | None
    judge: str
    key: str
    protocol: Mode
    mode: Mode
    rule: Rule
    state: str
    repeats: int
    deciders: frozenset[str]
    before: Bounds
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Effect:
    """A stored score before and after; to_judge: leaves that have no verdict by the change, and want one.

    calls is what judging these costs: leaves x repeats, without those that checks decide.
    """

    stored: StoredScore
    after: Bounds
    to_judge: int
    calls: int


@dataclass(frozen=True)
class Mean:
    """The mean over one agent's attempts at the paper, under one comparability key."""

    agent: str
    agent_digest: str | None
    judge: str
    key: str
    attempts: int
    before: Bounds
    after: Bounds


def effect_on(stored: StoredScore, change: Comparison) -> Effect:
    """What the change does to a stored score."""
    scores = {path: stored.scores[was] for path, was in change.standing.items() if was in stored.scores}
    shares = effective_weights(change.new, stored.mode, stored.rule)
    opened: list[Node] = []
    for path, leaf in leaves(change.new):
        if path in change.standing or not is_wanted(leaf, stored.protocol):
            continue
        if "rule" in stored.deciders and leaf.category != CODE_DEVELOPMENT:
            # Without a reproduction no judge is asked what rests on one.
            scores[path] = 0.0
        elif shares.get(path) and stored.state == "judged":
            opened.append(leaf)
    asked = sum(1 for leaf in opened if leaf.check is None or "check" not in stored.deciders)
    return Effect(stored, bounds_of(change.new, scores, stored), len(opened), asked * stored.repeats)


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
    """The mean of each agent's attempts, before and after; different configs or keys are never merged."""
    groups: defaultdict[tuple[str, str | None, str, str], list[Effect]] = defaultdict(list)
    for effect in effects:
        stored = effect.stored
        groups[stored.agent, stored.agent_digest, stored.judge, stored.key].append(effect)
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
