"""The tables of score effects of `rubric diff`: per trial and per agent. Pure."""

import math
from collections.abc import Sequence

from runner.rubrics.effect import Bounds, Effect, Mean

Table = tuple[tuple[str, ...], list[list[str]]]
DIGITS = 4
_DIGEST = 8


def trial_table(effects: Sequence[Effect]) -> Table:
    """The names of the columns, and a row a stored score."""
    rows = [
        [
            effect.stored.trial, effect.stored.run, effect.stored.judge, effect.stored.mode,
            score(effect.stored.before), score(effect.after), delta(effect.stored.before, effect.after),
            f"{effect.to_judge:,}", f"{effect.calls:,}",
        ]
        for effect in effects
    ]  # fmt: skip
    return ("trial", "run", "judge", "mode", "before", "after", "change", "to judge", "calls"), rows


def mean_table(means: Sequence[Mean]) -> Table:
    """The names of the columns, and a row an agent; with its config and key where a name has several."""
    configs = len({(mean.agent, mean.judge, mean.key) for mean in means}) < len(means)
    keys = len({(mean.agent, mean.agent_digest, mean.judge) for mean in means}) < len(means)
    named = (*(["config"] if configs else []), "judge", *(["key"] if keys else []))
    columns = ("agent", *named, "attempts", "before", "after", "change")
    rows = [
        [
            mean.agent, *([(mean.agent_digest or "-")[:_DIGEST]] if configs else []),
            mean.judge, *([mean.key] if keys else []), f"{mean.attempts:,}",
            score(mean.before), score(mean.after), delta(mean.before, mean.after),
        ]
        for mean in means
    ]  # fmt: skip
    return columns, rows


def score(bounds: Bounds) -> str:
    """A score as 0.4123, else the interval, rounded outwards; a dash where there is none."""
    if bounds.lower is None or bounds.upper is None:
        return "-"
    if bounds.score is not None:
        return f"{bounds.score:.{DIGITS}f}"
    scale = 10**DIGITS
    low = math.floor(bounds.lower * scale + 1e-9) / scale
    high = math.ceil(bounds.upper * scale - 1e-9) / scale
    return f"{low:.{DIGITS}f}..{high:.{DIGITS}f}"


def delta(before: Bounds, after: Bounds) -> str:
    """By how much a score changes, or between what bounds; nothing where it was no single score before."""
    was, low, high = before.score, after.lower, after.upper
    if was is None or low is None or high is None:
        return ""
    if after.score is not None:
        return _signed(low - was)
    return f"{_signed(low - was)}..{_signed(high - was)}"


def _signed(number: float) -> str:
    text = f"{number:+.{DIGITS}f}"
    return "0" if float(text) == 0 else text
