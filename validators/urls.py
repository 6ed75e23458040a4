"""The one spelling of a URL that blacklists use."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

FORGES = frozenset({
    "bitbucket.org", "codeberg.org", "git.sr.ht", "gist.github.com", "gitee.com", "github.com", "gitlab.com",
    "huggingface.co",
})  # fmt: skip
_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)([A-Za-z0-9.-]+):(?!//)/*(\S+)\Z")
_WWW = re.compile(r"^(?:www\.)+(?=.)")
_END = re.compile(r"(?:\.git|/)+\Z")
_SCHEMES = frozenset({"http", "https", "ssh", "git", "git+ssh", "git+https"})
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
_REPOSITORY_DEPTH = 2


def normal_url(text: str) -> str:
    """The URL in lower-case scheme and host, https where that is sure, without what says nothing.

    That is a user, a port that is the scheme's own, www., .git, a last slash, and the query and fragment of
    a repository. What is no such URL stays as it is.
    """
    scp = _SCP.fullmatch(text)
    try:
        parts = urlsplit(f"ssh://{scp[1]}/{scp[2]}" if scp else text)
        host, port = _WWW.sub("", parts.hostname or ""), parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES or not host or any(sign.isspace() for sign in text):
        return text
    name = f"[{host}]" if ":" in host else host
    shown = name if port in (None, _PORTS.get(scheme)) else f"{name}:{port}"
    secure = scheme != "http" or host in FORGES
    path = _END.sub("", parts.path)
    rest = ("", "") if _is_repository(parts, host, path) else (parts.query, parts.fragment)
    return urlunsplit(("https" if secure else "http", shown, path, *rest))


def _is_repository(parts: SplitResult, host: str, path: str) -> bool:
    steps = [step for step in path.split("/") if step]
    return parts.path.rstrip("/").endswith(".git") or (host in FORGES and len(steps) == _REPOSITORY_DEPTH)
