"""A model's answer, read: two texts and 0 or 1, or nothing."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What the model said about one leaf."""

    expectations: str
    reality: str
    score: int


def parse_answer(content: str | None) -> Answer | None:
    """The answer in the text; None when it is not exactly what was asked for."""
    try:
        data = json.loads(_unwrapped(content or ""))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    expectations, reality, score = (data.get(key) for key in ("expectations", "reality", "score"))
    if not isinstance(expectations, str) or not isinstance(reality, str):
        return None
    if isinstance(score, bool) or not isinstance(score, int | float) or score not in (0, 1):
        return None
    return Answer(expectations, reality, int(score))


def _unwrapped(content: str) -> str:
    """Servers without structured output like to put JSON into a fenced block."""
    text = content.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.partition("\n")[2].rpartition("```")[0]
    return text
