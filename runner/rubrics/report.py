"""What `rubric diff` tells of one paper, in words and as records. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from runner.rubrics.comparing import KINDS, Change, Comparison
from runner.rubrics.effect import Bounds, Effect, Mean, means
from runner.rubrics.matching import Placed
from validators.corpus import rubric_tree
from validators.digest import canonical_json
from validators.models.rubric import Rubric
from validators.tree import leaves


@dataclass(frozen=True)
class PaperReport:
    """One paper: its rubric on both sides, what changed, and the stored scores that it changes.

    warning is what is wrong with its revision.
    """

    paper: str
    old: Rubric | None
    new: Rubric | None
    comparison: Comparison | None
    effects: tuple[Effect, ...] = ()
    other_trials: int = 0
    warning: str | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed; nothing where the rubric is new or gone as a whole."""
        return self.comparison.changes if self.comparison else ()

    @property
    def means(self) -> list[Mean]:
        """The mean of each agent."""
        return means(self.effects)


def headline(report: PaperReport) -> str:
    """The revision, or that the rubric is new or gone."""
    if report.old is None or report.new is None:
        return "a new rubric" if report.old is None else "the rubric is removed"
    old, new = report.old, report.new
    parts = [f"revision {old.revision}" + (f" -> {new.revision}" if new.revision != old.revision else "")]
    if new.status != old.status:
        parts.append(f"{old.status} -> {new.status}")
    return ", ".join(parts)


def summary(report: PaperReport) -> str:
    """What happened, in one sentence of numbers."""
    comparison = report.comparison
    if comparison is None:
        return " -> ".join(_size(rubric) for rubric in (report.old, report.new) if rubric)
    if not comparison.changes:
        return "no criterion changed"
    numbers: Counter[tuple[str, bool]] = Counter()
    for change in comparison.changes:
        numbers.update((kind, change.leaf) for kind in change.kinds)
    words = [
        f"{_criteria(numbers[kind, leaf], leaf=leaf)} {kind}"
        for kind in KINDS
        for leaf in (True, False)
        if numbers[kind, leaf]
    ]
    total = sum(1 for _ in leaves(comparison.new))
    asked = total - len(comparison.standing)
    moved = f"{percent(comparison.moved_share)} of the score moves"
    unjudged = f"{asked:,} of {_criteria(total, leaf=True)} to judge anew"
    return f"{', '.join(words)}; {moved}; {unjudged}"


def _size(rubric: Rubric) -> str:
    return _criteria(sum(1 for _ in leaves(rubric_tree(rubric))), leaf=True)


def _criteria(number: int, *, leaf: bool) -> str:
    one, many = ("leaf", "leaves") if leaf else ("branch", "branches")
    return f"{number:,} {one if number == 1 else many}"


def percent(share: float | None) -> str:
    """A share of the score, in percent; a dash where there is none."""
    return "-" if share is None else f"{100 * share:.2f} %"


def paths(change: Change) -> str:
    """Where the criterion stands, or stood."""
    placed = change.after or change.before
    return placed.path if placed else ""


def details(change: Change, shown: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """What changed in it: pairs of a sign (-, + or blank) and words; shown writes a path."""
    old, new = change.before, change.after
    if old is None or new is None:
        placed, sign = (new, "+") if new else (old, "-")
        return [(sign, _words(placed))] if placed else []
    lines = [("", f"from {shown(old.path)}")] if old.path != new.path else []
    lines += [("", words) for words in _values(change.kinds, old, new)]
    if "reworded" in change.kinds:
        return [*lines, ("-", _words(old)), ("+", _words(new))]
    return [*lines, ("", _words(new))]


def _words(placed: Placed) -> str:
    return " ".join(placed.node.requirement.split())


def _values(kinds: Sequence[str], old: Placed, new: Placed) -> list[str]:
    words = []
    if "re-weighted" in kinds:
        words.append(f"weight {old.node.weight:g} -> {new.node.weight:g}")
    if "re-categorised" in kinds:
        words.append(f"{_category(old)} -> {_category(new)}")
    if "check changed" in kinds:
        words.append(f"check {_check(old)} -> {_check(new)}")
    return words


def _category(placed: Placed) -> str:
    return " / ".join(part for part in (placed.node.category, placed.node.facet) if part) or "none"


def _check(placed: Placed) -> str:
    return canonical_json(placed.node.check).decode() if placed.node.check else "none"


def record(report: PaperReport) -> dict[str, Any]:
    """Everything told of the paper, for JSON."""
    comparison = report.comparison
    return {
        "paper": report.paper,
        "revision": [side.revision if side else None for side in (report.old, report.new)],
        "status": [side.status if side else None for side in (report.old, report.new)],
        "warning": report.warning,
        "changes": [_change_record(change) for change in report.changes],
        "moved_share": comparison.moved_share if comparison else None,
        "asked_anew": list(comparison.asked_anew) if comparison else [],
        "effects": [_effect_record(effect) for effect in report.effects],
        "means": [
            {**asdict(mean), "before": _bounds(mean.before), "after": _bounds(mean.after)}
            for mean in report.means
        ],
        "other_trials": report.other_trials,
    }


def _change_record(change: Change) -> dict[str, Any]:
    return {
        "kinds": list(change.kinds),
        "leaf": change.leaf,
        "share_before": change.share_before,
        "share_after": change.share_after,
        "before": _criterion(change.before),
        "after": _criterion(change.after),
    }


def _criterion(placed: Placed | None) -> dict[str, Any] | None:
    if placed is None:
        return None
    node = placed.node
    kept = {"category": node.category, "facet": node.facet, "check": node.check}
    return {"path": placed.path, "requirement": node.requirement, "weight": node.weight, **kept}


def _effect_record(effect: Effect) -> dict[str, Any]:
    stored = effect.stored
    names = ("run", "trial", "agent", "agent_digest", "judge")
    named = {name: getattr(stored, name) for name in names}
    view = {"key": stored.key, "mode": stored.mode, "rule": stored.rule, "state": stored.state}
    bounds = {"before": _bounds(stored.before), "after": _bounds(effect.after)}
    return {**named, **view, **bounds, "to_judge": effect.to_judge, "calls": effect.calls}


def _bounds(bounds: Bounds) -> dict[str, Any]:
    return {**asdict(bounds), "score": bounds.score}
