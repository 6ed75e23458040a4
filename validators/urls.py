"""The one spelling of a URL that blacklists use."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

FORGES = frozenset({
    "bitbucket.org", "codeberg.org", "git.sr.ht", "gist.github.com", "gitee.com", "github.com", "gitlab.com",
    "huggingface.co",
})  # fmt: skip
# Where small and capital letters in the names of owners and repositories are the same.
_CASELESS = frozenset({"bitbucket.org", "github.com", "gitlab.com"})
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_URL = re.compile(
    rf"(?:(?:(?i:https?|ssh|git))://(?:[A-Za-z0-9._~:%+-]+@)?{_HOST}(?::[0-9]+)?(?:/[^\s]*)?"
    rf"|git@{_HOST}:[^\s]+)\Z"
)
_SCP = re.compile(r"git@([A-Za-z0-9.-]+):(?!//)/?(\S+)\Z")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
_REPOSITORY_DEPTH = 2


def is_url(text: str) -> bool:
    """Whether it is a URL that a blacklist may hold."""
    return _URL.match(text) is not None


def normal_url(text: str) -> str:
    """The URL in lower-case scheme and host, https where that is sure, without what says nothing.

    That is a user, a port that is the scheme's own, .git, a last slash, and www. of a forge, with the query
    and fragment of a repository. What is no such URL stays as it is, and so does ssh or git at another port.
    """
    scp = _SCP.match(text)
    try:
        parts = urlsplit(f"ssh://{scp[1]}/{scp[2]}" if scp else text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    usual = port in (None, _PORTS.get(parts.scheme))
    if not is_url(text) or not host or (parts.scheme in ("ssh", "git") and not usual):
        return text
    host = _bare(host)
    secure = parts.scheme != "http" or (host in FORGES and usual)
    path = _without_end(parts.path)
    rest = ("", "") if _is_repository(parts, host, path) else (parts.query, parts.fragment)
    place = path or ("/" if any(rest) else "")
    return urlunsplit(("https" if secure else "http", host if usual else f"{host}:{port}", place, *rest))


def place_of(url: str) -> str:
    """What all spellings of a URL share; to be compared, not shown."""
    parts = urlsplit(normal) if is_url(normal := normal_url(url)) else None
    if parts is None or parts.hostname not in _CASELESS:
        return normal.rstrip("/")
    steps = parts.path.split("/")
    named = [step.lower() for step in steps[: _REPOSITORY_DEPTH + 1]]
    return urlunsplit(parts._replace(path="/".join([*named, *steps[len(named) :]]))).rstrip("/")


def _bare(host: str) -> str:
    """The host, without www. where it is a forge's."""
    bare = host.removeprefix("www.")
    return bare if bare in FORGES else host


def _without_end(path: str) -> str:
    """The path without slashes and .git at its end, unless .git is all of a name."""
    end = len(path)
    while path.endswith(("/", ".git"), 0, end):
        if path[end - 1] == "/":
            end -= 1
        elif path.endswith("/.git", 0, end):
            break
        else:
            end -= len(".git")
    return path[:end]


def _is_repository(parts: SplitResult, host: str, path: str) -> bool:
    steps = [step for step in path.split("/") if step]
    return parts.path.rstrip("/").endswith(".git") or (host in FORGES and len(steps) == _REPOSITORY_DEPTH)
