"""Rules about blacklists."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from validators.documents import Document
from validators.faults import Fault
from validators.rules.names import well_shaped
from validators.urls import is_url, normal_url, place_of
from validators.words import is_todo, shown

_FORGES = frozenset({"bitbucket.org", "codeberg.org", "github.com", "gitlab.com"})


def entry_is_url(document: Document) -> Iterator[Fault]:
    """A blacklist entry is a URL: http(s)://, ssh://, git:// or git@host:path.

    Why: a monitor compares it with what an attempt fetched; 'none' or a bare name matches nothing.
    Mend: write the whole URL; for an empty blacklist write `entries: []`.
    Example:
        entries: [{url: none, kind: repository, role: author_code}]
    """
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = entry.get("url")
        if isinstance(url, str) and not is_url(url) and not is_todo(url):
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
    """A URL stands once in a blacklist, in whatever spelling.

    Why: two entries with one URL say two things of one place.
    Mend: remove one.
    Example:
        entries:
          - {url: "https://github.com/a/b", kind: repository, role: author_code}
          - {url: "https://github.com/a/b/", kind: repository, role: replication}
    """
    seen: set[str] = set()
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = place_of(str(entry.get("url")))
        if url in seen:
            yield Fault(("entries", number, "url"), f"{shown(entry['url'])} stands twice; remove one")
        seen.add(url)


def entry_is_normal(document: Document) -> Iterator[Fault]:
    """A URL stands in its normal form: https, host in small letters, no .git, no last slash.

    Why: with one spelling of a place a search finds it, and two people do not enter it twice. A forge has no
    www. either; another host may serve other pages there.
    Mend: write what the message says, or let `paperbench check --fix` write it.
    Example:
        entries: [{url: "git@github.com:example/heavy-ball.git", kind: repository, role: author_code}]
    """
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = entry.get("url")
        if isinstance(url, str) and (normal := normal_url(url)) != url:
            message = f"{shown(url)} is not in normal form; write {shown(normal)}"
            yield Fault(("entries", number, "url"), message)


def own_code_is_forbidden(document: Document) -> Iterator[Fault]:
    """The authors' own code, where paper.yaml names it, is on the blacklist.

    Why: an attempt that finds it has nothing left to replicate.
    Mend: add an entry with role author_code for the repository, or for something that holds it.
    Example:
        paper.yaml says code: https://github.com/example/heavy-ball, and blacklist.yaml has entries: []
    """
    if document.root is None or not document.placed:
        return
    paper = well_shaped(document.root, document.path.parent / "paper.yaml", "paper/v1")
    code, entries = paper.get("code"), document.data.get("entries")
    if code is None or not isinstance(entries, list):
        return
    own, places = place_of(str(code)), [place_of(str(entry.get("url"))) for entry in entries]
    if not any(own == place or own.startswith(f"{place}/") for place in places):
        message = f"the authors' own code {shown(code)} is not forbidden; add it with role author_code"
        yield Fault(("entries",), message, at_key=True)


def someone_has_searched(document: Document) -> Iterator[Fault]:
    """A blacklist without a replication says when somebody looked for one.

    Why: popular papers have replications by strangers, and no entry may mean that there is none or that
    nobody looked. A paper that is not hydrated is not looked at.
    Mend: search for replications; add them with role replication, and the day as `searched`.
    Example:
        entries: [{url: "https://github.com/example/heavy-ball", kind: repository, role: author_code}]
    """
    entries, paper = document.data.get("entries"), document.path.parent.name
    if document.root is None or not document.placed or not isinstance(entries, list):
        return
    replicated = any(entry.get("role") == "replication" for entry in entries)
    if document.data.get("searched") is None and not replicated and document.root.is_hydrated(paper):
        message = "no replication is listed, and nobody says to have looked; look, and add 'searched: <date>'"
        yield Fault(("entries",), message, at_key=True)


def repository_is_one(document: Document) -> Iterator[Fault]:
    """An entry of kind repository names a repository: on the forges, https://host/owner/name.

    Why: the place of a whole forge, of an owner or of one file is another thing to forbid: too much, or less
    than what a fetch of the repository brings.
    Mend: write the repository's own URL, or the kind that it is: host or path.
    Example:
        entries: [{url: "https://github.com/example", kind: repository, role: author_code}]
    """
    for number, entry in enumerate(document.data.get("entries") or ()):
        url = entry.get("url")
        if entry.get("kind") != "repository" or not isinstance(url, str) or not is_url(url):
            continue
        place = urlsplit(normal_url(url))
        steps = [step for step in place.path.split("/") if step]
        if not steps or (place.hostname in _FORGES and not _is_name(place.hostname or "", steps)):
            message = f"{shown(url)} is no repository, such as https://host/owner/name"
            mend = f"write that, or kind: {'path' if steps else 'host'}"
            yield Fault(("entries", number, "url"), f"{message}; {mend}")


def _is_name(host: str, steps: list[str]) -> bool:
    """Whether the steps of a path are owner and name; on GitLab groups may stand between them."""
    exact = len(steps) == len(("owner", "name"))
    return exact or (host == "gitlab.com" and len(steps) > 1 and "-" not in steps)
