"""Rules about what paper.yaml says of its paper: licence, links and addendum."""

import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.hydration import fetchable
from validators.lists import entries
from validators.words import advise, shown

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*\Z")
# In words with single blanks between them.
_OPERATOR = re.compile(r" (?:AND|OR) ")
_EXCEPTION = re.compile(r" WITH [A-Za-z0-9.-]+\Z")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\Z")
_MOST = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+\Z")


def licence_is_told(document: Document) -> Iterator[Fault]:
    """A paper whose text is kept here says under which licence.

    Why: whoever copies the repository must know what may be done with the text. Papers whose text is fetched
    from where upstream keeps it, pinned by commit, need not say.
    Mend: add `licence:` with an SPDX identifier; arXiv shows the licence on the page of the paper.
    Example:
        id: heavy-ball       # and no licence
    """
    if document.placed and document.data.get("licence") is None and not fetchable(document.data):
        yield Fault((), "paper without a licence; add 'licence:' with an SPDX identifier such as CC-BY-4.0")


def licence_is_known(document: Document) -> Iterator[Fault]:
    """A licence of one word is an SPDX identifier, or LicenseRef- and a name of its own.

    Why: 'CC-BY' without a number is not one licence but five. More words, such as a sentence about the terms,
    are left alone.
    Mend: take the identifier from https://spdx.org/licenses; for a licence that is not there write
    LicenseRef-<name>.
    Example:
        licence: CC-BY
    """
    licence = document.data.get("licence")
    if not isinstance(licence, str):
        return
    words = " ".join(licence.split())
    parts = [_EXCEPTION.sub("", part.strip("() ")) for part in _OPERATOR.split(words)]
    if not all(map(_IDENTIFIER.match, parts)):
        return
    known = entries("licences")
    unknown = [part for part in dict.fromkeys(parts) if part.removesuffix("+") not in known]
    for part in islice((part for part in unknown if not part.startswith("LicenseRef-")), _MOST):
        message = f"licence {shown(part)} is no SPDX identifier that is known here"
        mend = advise(part, known, "write LicenseRef- before it if it is right")
        yield Fault(("licence",), f"{message}; {mend}")


def _links(document: Document) -> Iterator[tuple[Location, str]]:
    source = document.data.get("source") or {}
    for where, link in (
        (("url",), document.data.get("url")),
        (("code",), document.data.get("code")),
        (("source", "repository"), source.get("repository")),
    ):
        if isinstance(link, str):
            yield where, link


def link_is_well_formed(document: Document) -> Iterator[Fault]:
    """A link has a host with a dot, and no user; a source's repository may be owner/name instead.

    Why: a link that opens nothing is worse than none, since nobody looks for another.
    Mend: copy the address from the browser.
    Example:
        url: https://arxivorg/abs/2504.01848
    """
    for where, link in _links(document):
        if where == ("source", "repository") and _NAME.match(link):
            continue
        if (why := _why_no_link(link)) is not None:
            yield Fault(where, f"{shown(link)} is no link that opens ({why}); copy it from the browser")


def _why_no_link(link: str) -> str | None:
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "its host or port cannot be read"
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https://"
    if not _HOST.match(host):
        return f"{shown(host)} is no host"
    if parts.username is not None or port == 0 or any(sign in link for sign in '<>"\\^`{|}'):
        return "it holds a user, a port or signs that no address has"
    return None


def link_is_secure(document: Document) -> Iterator[Fault]:
    """A link is https.

    Why: nobody can tell who answered over http, and every host of papers and code serves https.
    Mend: write https:// and try it.
    Example:
        url: http://arxiv.org/abs/2504.01848
    """
    for where, link in _links(document):
        if link.startswith("http://"):
            yield Fault(
                where,
                f"{shown(link)} is not secure; write {shown('https://' + link.removeprefix('http://'))}",
            )


def addendum_is_there(document: Document) -> Iterator[Fault]:
    """A paper comes with an addendum.md.

    Why: a paper alone rarely says all that an attempt needs, and without the file nobody can tell whether
    someone thought about it. Papers whose text is fetched from where upstream keeps it are left alone.
    Mend: write papers/<id>/addendum.md with what the paper leaves open and what is out of scope, be it
    'nothing', and list it in files.
    Example:
        papers/heavy-ball/ holds paper.md and no addendum.md
    """
    root, folder = document.root, document.path.parent
    if root is None or not document.placed or fetchable(document.data):
        return
    if not root.is_file(folder / "addendum.md"):
        yield Fault(
            ("files",), "no addendum.md beside paper.md; write what the paper leaves open", at_key=True
        )


def listed_files_differ(document: Document) -> Iterator[Fault]:
    """A file stands once in a paper's list, in whatever spelling.

    Why: an attempt is given each once, and of two digests one is wrong.
    Mend: remove one.
    Example:
        files: [{path: assets/loss.png, sha256: ...}, {path: assets/./loss.png, sha256: ...}]
    """
    seen: set[str] = set()
    for number, entry in enumerate(document.data.get("files") or ()):
        path = posixpath.normpath(str(entry.get("path")))
        if path in seen:
            yield Fault(("files", number, "path"), f"file {shown(entry['path'])} is listed twice; remove one")
        seen.add(path)
