"""Rules about the words of a rubric's leaves."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.rules.parts import END, parts_of
from validators.words import shown

_WORDS = Path(__file__).with_name("vague_words.txt")
_DONE = "(?:has|have)(?: also)? been"
_VERB = f"(?:is|are|was|were|must|can be|{_DONE})"
# A sentence ends, and no abbreviation; another begins.
_NEXT = r"[^\s\x00.][^\s\x00.]\. [A-Z][^\x00.]*"
# A blank stands for any white space.
_COMPOUND = (
    # It has been trained, and the loss has been measured.
    rf"\b{_DONE} \w[^.;\x00]*, and (?:[^\s,.;\x00]+ ){{0,6}}?{_DONE} \w+",
    # It has been trained and is evaluated.
    rf"\b{_VERB} \w[^.;\x00]* and {_VERB} (?:\w+ly )?\w+(?:ed|en|un)\b",
    # (1) it is trained, (2) it is evaluated
    r"[\s:](?:\(1\)|1\)|\(a\)|a\)|\(i\)|i\)) [^\x00]*?\s(?:\(2\)|2\)|\(b\)|b\)|\(ii\)|ii\)) \w+",
    # It is trained. It is evaluated. The loss is written down. The seed is 7.
    rf"\b{_VERB}\b[^\x00]*?(?:{_NEXT}\b{_VERB}\b[^\x00.]*){{2}}{_NEXT}\b{_VERB} \w+",
)


def words_can_be_judged(document: Document) -> Iterator[Fault]:
    """A leaf's requirement has none of the words that mean something else to every judge.

    Why: met or unmet must not hang on what a judge holds for proper, reasonable or similar; these words are
    where experts disagree about the same submission. validators/rules/vague_words.txt lists them.
    Mend: name the number, the equation, the setting or the files that a judge is to find.
    Example:
        requirement: The learning rate is tuned properly.     # over 0.1, 0.01 and 0.001 on the validation set
    """
    for where, _, words in _found(document, _vague()):
        message = f"{shown(words)} is for each judge to guess; name the measure, or leave it out"
        yield Fault((*where, "requirement"), message)


def leaf_asks_for_one_thing(document: Document) -> Iterator[Fault]:
    """A leaf asks for one thing.

    Why: a judge who finds the one and not the other has no right answer, and the leaf's weight cannot be
    shared out. Only plain cases are found: two things that have been done, numbered lists, and four
    sentences of which each has a verb.
    Mend: make each a leaf, and the whole their parent.
    Example:
        requirement: The model has been trained, and its loss and accuracy have been measured.
    """
    for where, leaf, words in _found(document, _compound()):
        message = f"leaf {shown(leaf.get('id'))} asks for several things, to '...{words[-40:]}'"
        yield Fault((*where, "requirement"), f"{message}; make each a leaf")


def _found(document: Document, pattern: Any) -> Iterator[tuple[Location, dict[str, Any], str]]:
    """Each leaf in whose words the pattern is found, with what is found there first."""
    parts = parts_of(document)
    at = number = 0
    told = -1
    for match in pattern.finditer(parts.text):
        number += parts.text.count(END, at, match.start())
        at = match.start()
        if number != told:
            told = number
            yield *parts.leaves[number], " ".join(match.group().decode().split())


@cache
def _vague() -> Any:
    lines = (line.strip() for line in _WORDS.read_text(encoding="utf-8").splitlines())
    words = "|".join(line for line in lines if line and not line.startswith("#"))
    return _compiled(rf"(?i)\b(?:{words})\b")


@cache
def _compound() -> Any:
    return _compiled("|".join(_COMPOUND))


def _compiled(pattern: str) -> Any:
    # RE2 alone is fast enough for every save, and only a rubric needs it.
    import re2  # noqa: PLC0415

    return re2.compile(pattern.replace(" ", r"\s+"))
