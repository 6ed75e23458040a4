"""What of a Markdown text is code, which shows nothing and heads nothing."""

import re

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TICKS = re.compile(r"(?<![\\`])`+")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")


def without_fences(text: str) -> str:
    """The text with blanks in place of fenced code and its fences; every other sign keeps its place."""
    if "```" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        opens = mark is not None and not fence and not (mark[1][0] == "`" and "`" in mark[2])
        closes = mark is not None and fence and mark[1].startswith(fence) and not mark[2].strip()
        kept.append(" " * len(line) if fence or opens else line)
        if mark is not None and (opens or closes):
            fence = mark[1] if opens else ""
    return "\n".join(kept)


def without_code(text: str) -> str:
    """The same without code between backticks in a paragraph, too."""
    text = without_fences(text)
    if "`" not in text:
        return text
    kept, start = [], 0
    for end in [*(match.end() for match in _PARAGRAPH_END.finditer(text)), len(text)]:
        kept.append(_without_spans(text[start:end]))
        start = end
    return "".join(kept)


def _without_spans(paragraph: str) -> str:
    ticks = [match.span() for match in _TICKS.finditer(paragraph)]
    last = {end - start: number for number, (start, end) in enumerate(ticks)}
    kept, at, number = [], 0, 0
    while number < len(ticks):
        start, end = ticks[number]
        opened, number = number, number + 1
        if last[end - start] == opened:
            continue
        # A span ends with as many backticks as it began with.
        while ticks[number][1] - ticks[number][0] != end - start:
            number += 1
        kept += [paragraph[at:start], " " * (ticks[number][1] - start)]
        at = ticks[number][1]
        number += 1
    return "".join([*kept, paragraph[at:]])
