"""The quick look for a pattern in a whole text: no rule may take a millisecond a megabyte."""

import re
from functools import cache
from typing import Any

from validators.quick import jsonschema_rs


def is_absent(text: str, pattern: str) -> bool:
    """Whether nothing in the text matches; the pattern is one that Python and Rust read alike.

    jsonschema-rs is the one door to Rust's regex here; without it Python's is as right, and slower.
    """
    if jsonschema_rs is None:
        return re.search(pattern, text) is None
    return not _finder(pattern).is_valid(text)


@cache
def _finder(pattern: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})
