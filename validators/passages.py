"""Passages of a paper: how two texts are compared, its headings, and what comes nearest to a quote."""

import re
import unicodedata
from collections import Counter

from validators.markdown import without_fences

_SAME = str.maketrans({
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    # Soft hyphen, and what has no width.
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
})  # fmt: skip
_HEADING = re.compile(r" {0,3}#{1,6}(?=[ \t])")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|(?<!_)_++(?!\w)")
# ASCII words between single blanks, without emphasis: nothing to do.
_AS_COMPARED = re.compile(r"[!-)+-^a-~]+(?: [!-)+-^a-~]+)*\Z")
_MOST_WORDS = 60
_NEAR_ENOUGH = 0.5


def plain(text: str) -> str:
    """The text with one spelling for what Unicode writes in several ways, and one blank for white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.translate(_SAME).split())


def headings(markdown: str) -> list[str]:
    """The headings of a Markdown text as they are compared, in order."""
    found: list[str] = []
    before = ""
    for line in without_fences(markdown).splitlines():
        if marks := _HEADING.match(line):
            found.append(_unclosed(line[marks.end() :]))
        elif before.strip() and _UNDERLINE.match(line):
            found.append(before)
        before = line
    return [text for text in dict.fromkeys(map(heading_text, found)) if text]


def _unclosed(heading: str) -> str:
    """The text of a heading without the # marks that may close it, which follow a blank."""
    text = heading.strip()
    bare = text.rstrip("#")
    return bare if bare[-1:] in ("", " ", "\t") else text


def heading_text(heading: str) -> str:
    """A heading as it is compared: plain, without emphasis."""
    if _AS_COMPARED.match(heading):
        return heading
    return plain(_EMPHASIS.sub("", heading))


def nearest_passage(quote: str, text: str) -> str | None:
    """The run of words that shares most words with the quote; None where none shares half. Both are plain."""
    words = text.split()
    keys = [_key(word) for word in words]
    quoted = [_key(word) for word in quote.split()[:_MOST_WORDS]]
    length = min(len(quoted), len(words))
    if not length:
        return None
    missing = Counter(quoted)
    shared, best, at = 0, (0, False), 0
    for end, key in enumerate(keys):
        if end >= length:
            gone = keys[end - length]
            missing[gone] += 1
            shared -= missing[gone] > 0
        shared += missing[key] > 0
        missing[key] -= 1
        start = max(end + 1 - length, 0)
        if (rank := (shared, keys[start] == quoted[0])) > best:
            best, at = rank, start
    if best[0] < max(_NEAR_ENOUGH * length, 1):
        return None
    return " ".join(words[at : at + length])


def _key(word: str) -> str:
    return word.strip(".,;:!?()[]'\"").casefold()
