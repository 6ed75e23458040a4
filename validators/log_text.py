"""The text of a log as its script printed it."""

import re

_STAMP = re.compile(r"^\[ *[0-9]+\.[0-9]{3}\] ", re.MULTILINE)


def unstamped(text: str) -> str:
    """The log without the runner's time stamps; one whose first line has none is left as it is."""
    return _STAMP.sub("", text) if _STAMP.match(text) else text
