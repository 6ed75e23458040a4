"""Lists that rules look things up in: a file each, a line an entry, # begins a comment."""

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def entries(name: str) -> tuple[str, ...]:
    """The lines of a list."""
    lines = (_HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))
