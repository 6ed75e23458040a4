"""Words of messages: how a value is shown, and what was probably meant."""

import json
import re
from collections.abc import Iterable
from typing import Any

LONGEST = 60
_SHORTEST = 3
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


def is_todo(text: str) -> bool:
    """Whether a value only marks that somebody is to write it."""
    return re.match(r"TODO\b", text) is not None


def listed(values: Iterable[Any]) -> str:
    """The values as 'a', 'b' or 'c'."""
    words = [shown(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def meant(word: Any, known: Iterable[Any]) -> str | None:
    """The known word that was probably meant; None when none is near, or several begin alike."""
    from difflib import get_close_matches  # noqa: PLC0415  good documents need no advice

    by_lower = {str(name).lower(): str(name) for name in known}
    given = str(word).lower()
    near = get_close_matches(given, by_lower, n=1, cutoff=0.65)
    near = near or _only(name for name in by_lower if _is_short_for(given, name))
    return by_lower[near[0]] if near else None


def meant_of_few(word: Any, known: Iterable[Any]) -> str | None:
    """As meant, of a closed list: words of one beginning (exit_code, exit_status) are near, too."""
    options = [str(name) for name in known]
    beginning = str(word).lower().partition("_")[0]
    alike = _only(name for name in options if name.partition("_")[0] == beginning)
    return meant(word, options) or (alike[0] if alike else None)


def _is_short_for(given: str, name: str) -> bool:
    """Whether it is how the name begins (repo), or some whole words of it (implementation)."""
    whole = f" {given} " in f" {name} "
    return len(given) >= _SHORTEST and (name.startswith(given) or whole)


def _only(names: Iterable[str]) -> list[str]:
    found = list(names)
    return found if len(found) == 1 else []


def advise(word: Any, known: Iterable[Any], otherwise: str) -> str:
    """Did you mean the nearest known word, else the other advice."""
    near = meant(word, known)
    return f"did you mean '{near}'?" if near is not None else otherwise


def advise_of_few(word: Any, known: Iterable[Any]) -> str:
    """Did you mean the nearest word of a closed list, else to write one of it."""
    near = meant_of_few(word, known)
    return f"did you mean '{near}'?" if near is not None else "write one of these"
