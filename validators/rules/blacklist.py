"""Rules about blacklists."""

import re
from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.words import shown

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_URL = re.compile(
    rf"(?:(?:https?|ssh|git)://(?:[^\s/@]+@)?{_HOST}(?::[0-9]+)?(?:/[^\s]*)?|git@{_HOST}:[^\s]+)\Z"
)


def entry_is_url(document: Document) -> Iterator[Fault]:
    """A blacklist entry is a URL: http(s)://, ssh://, git:// or git@host:path.

    Why: a monitor compares it with what an attempt fetched; 'none' or a bare name matches nothing.
    Mend: write the whole URL; for an empty blacklist write `entries: []`.
    Example:
        entries: [{url: none, kind: repository, role: author_code}]
    """
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = entry.get("url")
        if isinstance(url, str) and not _URL.match(url):
            mend = (
                "write 'entries: []' for an empty list"
                if url.strip().lower() == "none"
                else "write the whole URL"
            )
            yield Fault(("entries", number, "url"), f"{shown(url)} is no URL; {mend}")


def blacklist_is_of_its_paper(document: Document) -> Iterator[Fault]:
    """A blacklist names the paper in whose folder it lies.

    Why: a blacklist copied from another paper forbids the wrong things.
    Mend: correct `paper`, and look through the entries.
    Example:
        papers/heavy-ball/blacklist.yaml:  paper: bandits
    """
    folder, paper = document.path.parent.name, document.data.get("paper")
    if document.placed and paper != folder:
        yield Fault(("paper",), f"paper {shown(paper)} is not its folder's name; write '{folder}'")


def entries_differ(document: Document) -> Iterator[Fault]:
    """A URL stands once in a blacklist.

    Why: two entries with one URL say two things of one place.
    Mend: remove one.
    Example:
        entries:
          - {url: "https://github.com/a/b", kind: repository, role: author_code}
          - {url: "https://github.com/a/b/", kind: repository, role: replication}
    """
    seen: set[str] = set()
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = str(entry.get("url")).rstrip("/").lower()
        if url in seen:
            yield Fault(("entries", number, "url"), f"{shown(entry['url'])} stands twice; remove one")
        seen.add(url)
