"""Globs and regular expressions, both matched in linear time by RE2."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import re2

from validators.words import shown

# One token of a glob: ** with its slash, **, *, ?, or one plain character.
_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|.", re.DOTALL)
_GLOB = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class PatternError(ValueError):
    """A pattern that RE2 refuses; `why` is what RE2 says."""

    def __init__(self, pattern: str, why: str) -> None:
        self.why = why
        super().__init__(f"pattern {shown(pattern)} is no RE2 regular expression: {why}")


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The pattern, compiled; raises PatternError."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        text = error.args[0] if error.args else "refused"
        why = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        raise PatternError(pattern, why) from None


def glob_to_pattern(glob: str) -> str:
    """A glob as a regular expression for a whole path: * and ? stay in one folder, ** crosses folders."""
    parts = (_GLOB.get(token) or str(re2.escape(token)) for token in _TOKEN.findall(glob))
    return rf"(?s)\A{''.join(parts)}\z"


def matching_files(glob: str, files: Iterable[str]) -> list[str]:
    """The files that the glob matches, sorted."""
    expression = compiled(glob_to_pattern(glob.removeprefix("./")))
    return sorted(name for name in files if expression.search(name.encode("utf-8", "replace")))


def count_lines(pattern: str, text: str, enough: int) -> int:
    """How many lines the pattern is found in, counting no further than enough; raises PatternError."""
    expression = compiled(pattern)
    found = 0
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").split(b"\n")
    for line in lines:
        if expression.search(line):
            found += 1
            if found >= enough:
                break
    return found
