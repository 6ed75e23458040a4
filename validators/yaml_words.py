"""What the parser says against a text, in words that lead to the mend, at the line that is to be mended."""

import re
from typing import Any

from validators.findings import Place
from validators.texts import line_and_column

LATEX = "write LaTeX in single quotes or without quotes"
_MENDS = {
    "tab character": "use blanks for tabs",
    "mapping values are not allowed": "put the value in quotes, or mend the indentation",
    "cannot start any token": "use blanks for tabs, and quote text that begins with @, ` or %",
    "unexpected end of stream": "close the quote that opens here",
    "unknown escape character": f"{LATEX}; in double quotes a backslash is \\\\",
    "hexdecimal number": f"{LATEX}; in double quotes a backslash is \\\\",
}
# By what stands just before the place where the parser gave up: it ended the value.
_ENDED = {
    "'": "the quote before it ends the text; write '' for an apostrophe, or close an earlier quote",
    '"': 'the quote before it ends the text; write \\" for one inside, or close an earlier quote',
    "]": "a value that begins with [ ends at its ]; put the whole value in quotes",
    "}": "a value that begins with { ends at its }; put the whole value in quotes",
}
_CONFLICT = r"(?m)^(?:<{7}|>{7})(?: |$)"
_MIDDLE = r"(?m)^={7}$"


def in_words(error: Any, text: str) -> tuple[Place, str]:
    """Line and column, and the fault with its mend; the error is a MarkedYAMLError of either parser."""
    mark = error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if (conflict := _conflict(text, place[0])) is not None:
        return line_and_column(text, conflict), "a merge conflict stands here; resolve it"
    problem = " ".join(str(part) for part in (error.problem, error.context) if part)
    if "unexpected end of stream" in problem and error.context_mark:
        place = (error.context_mark.line + 1, error.context_mark.column + 1)
    return place, f"not YAML: {problem}; {_mend(str(error.problem), text, place)}"


def _conflict(text: str, line: int) -> int | None:
    """Where a mark of git stands, or its ======= alone just above the line."""
    if (mark := re.search(_CONFLICT, text)) is not None:
        return mark.start()
    marks = (match.start() for match in re.finditer(_MIDDLE, text))
    return next((at for at in marks if line_and_column(text, at)[0] in (line - 1, line)), None)


def _mend(problem: str, text: str, place: Place) -> str:
    if "expected" in problem and "hexdecimal" not in problem:
        before = text.split("\n")[place[0] - 1][: place[1] - 1].rstrip()
        if before[-1:] in _ENDED:
            return _ENDED[before[-1]]
    return next((mend for words, mend in _MENDS.items() if words in problem), "mend it here or just above")
