"""A budget that is never passed: what a call may cost at most is set aside before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Condition

from runner.judging.llm.prices import Usage, cost_usd
from validators.models.config import Budget
from validators.models.judge import Price
from validators.models.records import Call

# The stated estimate of what a text costs; more once the endpoint has reported more.
SAFE_TOKENS_PER_CHARACTER = 0.5
_HEADROOM = 1.05


@dataclass(frozen=True)
class Amount:
    """Calls, tokens and dollars."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.calls + other.calls, self.tokens + other.tokens, self.cost_usd + other.cost_usd)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.calls - other.calls, self.tokens - other.tokens, self.cost_usd - other.cost_usd)


def spent_by(calls: Iterable[Call]) -> Amount:
    """What calls already made have cost, or may have."""
    total = Amount()
    for call in calls:
        if call.aside_tokens is not None:
            total += Amount(1, call.aside_tokens, call.aside_usd or 0.0)
        else:
            total += Amount(1, call.tokens_in + call.tokens_out, call.cost_usd or 0.0)
    return total


class Purse:
    """The budget of a run, shared by all threads."""

    def __init__(self, budget: Budget | None, price: Price | None, spent: Amount) -> None:
        self._budget, self._price = budget or Budget(), price
        self._spent, self._aside = spent, Amount()
        self._ratio = SAFE_TOKENS_PER_CHARACTER
        self._changed = Condition()

    def set_aside(self, characters: int, max_output_tokens: int) -> Amount | None:
        """Set aside what a call of that size may cost at most; None when the budget has no room for it.

        Waits for calls under way, which mostly cost less than was set aside for them.
        """
        with self._changed:
            while True:
                tokens_in = int(characters * self._ratio) + 1
                cost = cost_usd(self._price, Usage(tokens_in, 0, max_output_tokens)) or 0.0
                amount = Amount(1, tokens_in + max_output_tokens, cost)
                if self._fits(self._spent + self._aside + amount):
                    self._aside += amount
                    return amount
                if not self._aside.calls:
                    return None
                self._changed.wait()

    def settle(self, aside: Amount, characters: int, usage: Usage | None) -> None:
        """Put what the call really cost in the place of what was set aside for it; all of it when unknown."""
        actual = aside
        if usage is not None:
            actual = Amount(1, usage.tokens_in + usage.tokens_out, cost_usd(self._price, usage) or 0.0)
        with self._changed:
            self._aside -= aside
            self._spent += actual
            if usage is not None and characters:
                self._ratio = max(self._ratio, usage.tokens_in / characters * _HEADROOM)
            self._changed.notify_all()

    def _fits(self, total: Amount) -> bool:
        budget = self._budget
        return (
            (budget.calls is None or total.calls <= budget.calls)
            and (budget.tokens is None or total.tokens <= budget.tokens)
            and (budget.cost_usd is None or total.cost_usd <= budget.cost_usd)
        )
