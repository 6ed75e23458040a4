"""What a call costs, from the newest price list of the data root."""

from dataclasses import dataclass
from pathlib import Path

from validators.load import load_document
from validators.models.judge import Price, Prices
from validators.roots import CONFIGS

MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """The tokens of one call; cached ones are part of those that went in."""

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0


def newest_prices(root: Path) -> Prices | None:
    """The price list with the latest date; raises InvalidDocumentError."""
    lists = [load_document(path, Prices) for path in sorted((root / CONFIGS / "prices").glob("*.yaml"))]
    return max(lists, key=lambda prices: prices.date, default=None)


def price_of(model: str, root: Path) -> Price | None:
    """The model's price; None when nobody wrote it down."""
    prices = newest_prices(root)
    return next((price for price in prices.models if price.model == model), None) if prices else None


def cost_usd(price: Price | None, usage: Usage) -> float | None:
    """What the tokens cost; None without a price."""
    if price is None:
        return None
    fresh = max(0, usage.tokens_in - usage.tokens_cached)
    return (
        fresh * price.input_usd
        + usage.tokens_cached * price.cached_input_usd
        + usage.tokens_out * price.output_usd
    ) / MILLION
