"""Rules about the quotes by which a rubric leans on its paper."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.passages import heading_text, headings, nearest_passage, plain
from validators.rules.rule import Note
from validators.words import advise, is_todo, listed, meant, shown

# Looking for what is near takes milliseconds; of more, the rest is shown once these are mended.
_MOST_SEARCHES = 25
_MOST_SEARCHED_CHARACTERS = 4_000_000
_LONGEST_PASSAGE = 200
_MOST_HEADINGS = 300
_LISTED = 3


def quote_stands_in_paper(document: Document) -> Iterator[Fault | Note]:
    """A rationale's quote stands word for word in the paper's paper.md.

    Why: a rubric asks for what the paper says, and the quote lets a reviewer see that it does. White space
    does not count, and neither does how Unicode writes the same letters: kinds of quotation marks and dashes,
    ligatures, soft hyphens. Where paper.md is not there (its text is not hydrated), nothing is compared, and
    the output counts the quotes.
    Mend: copy the words from paper.md; the message shows its nearest passage.
    Example:
        rationale: {section: 3.2 Training, quote: we trained for 100 epoch}     # "100 epochs" in the paper
    """
    rationales = list(_rationales(document))
    text = _paper(document) if rationales else None
    if text is None:
        yield Note("quotes not checked, since their paper.md is not here", len(rationales))
        return
    words = " ".join(text.split())
    wrong = [(where, quote) for where, quote in _texts(rationales, "quote") if _words(quote) not in words]
    if not wrong:
        return
    words = plain(text)
    wrong = [(where, quote) for where, quote in wrong if plain(quote) not in words]
    searches = min(_MOST_SEARCHES, _MOST_SEARCHED_CHARACTERS // max(len(words), 1))
    for number, (where, quote) in enumerate(wrong):
        near = nearest_passage(plain(quote), words) if number < searches else None
        nearest = f"the nearest passage is '{near[:_LONGEST_PASSAGE]}'; " if near else ""
        yield Fault(where, f"{shown(quote)} does not stand in paper.md; {nearest}copy its words")


def section_is_heading_of_paper(document: Document) -> Iterator[Fault]:
    """A rationale's section is a heading of the paper's paper.md.

    Why: a reviewer looks for the quote there. White space, Unicode's ways of writing the same letters and
    emphasis do not count.
    Mend: copy the heading, without its # marks.
    Example:
        rationale: {section: 3.2 Trainig, quote: we trained for 100 epochs}     # "## 3.2 Training"
    """
    rationales = list(_rationales(document))
    text = _paper(document) if rationales else None
    if text is None:
        return
    known = dict.fromkeys(headings(text))
    sections = ((where, section, heading_text(section)) for where, section in _texts(rationales, "section"))
    wrong = [one for one in sections if one[2] not in known and not is_todo(one[1])]
    near = list(known)[:_MOST_HEADINGS]
    for number, (where, section, wanted) in enumerate(wrong):
        mend = _instead(wanted, near) if number < _MOST_SEARCHES else "copy one"
        yield Fault(where, f"{shown(section)} is no heading of paper.md; {mend}")


def _instead(section: str, known: list[str]) -> str:
    if meant(section, known) is not None:
        return advise(section, known, "")
    within = [heading for heading in known if section.casefold() in heading.casefold()]
    some = within or known
    if not some:
        return "it has none; leave the rationale out"
    return f"write {listed(some[:_LISTED])}{', or another' if len(some) > _LISTED else ''}"


def _rationales(document: Document) -> Iterator[tuple[Location, dict[str, Any]]]:
    for where, criterion in document.criteria:
        rationale = criterion.get("rationale")
        if rationale:
            yield (*where, "rationale"), rationale


def _texts(rationales: list[tuple[Location, dict[str, Any]]], key: str) -> Iterator[tuple[Location, str]]:
    for where, rationale in rationales:
        text = rationale.get(key)
        if isinstance(text, str):
            yield (*where, key), text


def _words(text: str) -> str:
    return " ".join(text.split())


def _paper(document: Document) -> str | None:
    if document.root is None:
        return None
    return document.root.text(document.root.path / "papers" / str(document.data.get("paper")) / "paper.md")
