"""Rules about text as such: secrets, line ends, tabs and the spelling of characters."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from validators.documents import Document
from validators.faults import Fault
from validators.lists import entries
from validators.quick_text import is_absent
from validators.texts import line_and_column

_MARK = "\ufeff"
_SECRETS = tuple(line.split(": ", 1) for line in entries("secrets"))
_ANY_SECRET = "|".join(pattern for _, pattern in _SECRETS)
# A key is random; xxxx or EXAMPLE in its place says where one would go.
_FEWEST_SIGNS = 8
_PREFIX = 4
_TAIL = 20
_LONG_RUN = 12
_MOST = 20


def no_secret(text: str) -> Iterator[tuple[int, str]]:
    """No key, token or private key stands in a document or in a text of a paper.

    Why: whoever can read the repository could use it, and it stays in the history after it is deleted.
    Placeholders (sk-xxxx..., ...EXAMPLE) are left alone; of each kind the first 20 are shown. F614 looks at
    the other files of a data root.
    Mend: revoke the key first, then take it out; a config names the variable that holds it (`api_key_env`).
    Example:
        api_key: sk-...and forty more letters and digits
    """
    if is_absent(text, _ANY_SECRET):
        return
    for what, pattern in _SECRETS:
        found = (match for match in re.finditer(pattern, text) if _is_key(text, match.start(), match[0]))
        for match in islice(found, _MOST):
            start = "" if match[0].startswith("-") else f", '{match[0][:_PREFIX]}...',"
            yield match.start(), f"{what}{start} stands here; revoke it, and take it out of the file"


def _is_key(text: str, at: int, key: str) -> bool:
    """Whether it begins a word, or follows a _, and looks random; a private key needs neither."""
    if key.startswith("-"):
        return True
    body = key[_PREFIX:][-_TAIL:]
    alone = at == 0 or not (text[at - 1].isalnum() or text[at - 1] == "-")
    looks_random = _is_mixed(body) and len(set(body)) >= _FEWEST_SIGNS
    return alone and looks_random and "EXAMPLE" not in key and not (key.startswith("sk-") and _is_words(key))


def _is_mixed(run: str) -> bool:
    return any(map(str.isdigit, run)) or (run != run.lower() and run != run.upper())


def _is_words(key: str) -> bool:
    """Whether only words stand between its hyphens: sk-learn-based-approaches-2019."""
    return not any(len(run) >= _LONG_RUN and _is_mixed(run[1:]) for run in re.split("[-_]", key))


def line_ends_are_lf(text: str) -> Iterator[tuple[int, str]]:
    r"""Lines end with a line feed alone, as on Unix.

    Why: digests are taken of bytes, so the same text saved on Windows would be another paper, and a diff of
    it shows every line. The texts of a paper with a `source` are as they are there.
    Mend: save the file with LF line ends, or `sed -i 's/\r$//' FILE`.
    Example:
        a file that an editor saved with CRLF line ends
    """
    at = text.find("\r")
    if at >= 0:
        count = text.count("\r")
        yield at, f"{count} carriage return{'s' if count > 1 else ''} from here on; save it with LF line ends"


def characters_are_composed(text: str) -> Iterator[tuple[int, str]]:
    """Text is in Unicode's composed form (NFC).

    Why: an accent that follows its letter looks the same as the one letter and does not compare equal: a
    quote would not be found in its paper.
    Mend: write the letter that the message names, or let a tool do it (`uconv -x nfc`). The text of a paper
    that is pinned by sha256 elsewhere may stay as it is.
    Example:
        authors: [René]      # e and U+0301 instead of é
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return
    start = 0
    for line in text.split("\n"):
        if not unicodedata.is_normalized("NFC", line):
            break
        start += len(line) + 1
    composed = unicodedata.normalize("NFC", line)
    at = next(at for at, (one, other) in enumerate(zip(line, composed, strict=False)) if one != other)
    written = " and ".join(f"U+{ord(sign):04X}" for sign in line[at : at + 2])
    yield start + at, f"{written} is not composed; write U+{ord(composed[at]):04X} (NFC), here and elsewhere"


def no_byte_order_mark(text: str) -> Iterator[tuple[int, str]]:
    """A file begins with its text, not with a byte order mark.

    Why: UTF-8 needs none, and some readers take it for a part of the first key.
    Mend: save the file as UTF-8 without a mark.
    Example:
        a file that an editor saved as 'UTF-8 with BOM'
    """
    if text.startswith(_MARK):
        yield 0, "a byte order mark begins the file; save it as UTF-8 without one"


def yaml_has_no_tab(document: Document) -> Iterator[Fault]:
    r"""A YAML file holds no tab.

    Why: YAML forbids it where it indents, readers differ elsewhere, and nobody sees it in a review.
    Mend: write blanks; a tab that a check's pattern is to match stands as \t.
    Example:
        requirement: "step<TAB>loss"
    """
    at = -1 if document.path.suffix == ".jsonl" else document.text.find("\t")
    if at >= 0:
        place = line_and_column(document.text, at)
        yield Fault((), "a tab; write blanks, or \\t where a pattern is to match one", at=place)
