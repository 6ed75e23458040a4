"""Words of messages: how a value is shown, and what was probably meant."""

import json
from collections.abc import Iterable
from typing import Any

LONGEST = 60
TYPES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "a mapping", "null": "nothing",
}  # fmt: skip


def shown(value: Any) -> str:
    """The value as a message shows it: quoted text, shortened, or what kind of thing it is."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        flat = " ".join(value.split()) if "\n" in value.strip() else value.replace("\n", "\\n")
        return f"'{flat if len(flat) <= LONGEST else flat[: LONGEST - 3] + '...'}'"
    text = json.dumps(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def listed(values: Iterable[Any]) -> str:
    """The values as 'a', 'b' or 'c'."""
    words = [shown(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def meant(word: Any, known: Iterable[Any]) -> str | None:
    """The known word that was probably meant; None when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  good documents need no advice

    words = [str(name) for name in known]
    by_lower = {name.lower(): name for name in words}
    near = get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.65)
    return by_lower[near[0]] if near else None


def advise(word: Any, known: Iterable[Any], otherwise: str) -> str:
    """Did you mean the nearest known word, else the other advice."""
    near = meant(word, known)
    return f"did you mean '{near}'?" if near is not None else otherwise
