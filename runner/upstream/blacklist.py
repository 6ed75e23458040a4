"""Upstream's blacklist.txt as the entries of blacklist/v1."""

import re
from urllib.parse import urlsplit

from runner.errors import PaperbenchError

_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?\Z")
_FORGES = {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}
_REPOSITORY_DEPTH = 2


def entries(text: str, where: str) -> list[dict[str, str]]:
    """The entries, none for the word `none` alone; raises PaperbenchError naming the line."""
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if [line for _, line in lines] == ["none"]:
        return []
    return [_entry(line, f"{where}:{number}") for number, line in lines]


def _entry(line: str, where: str) -> dict[str, str]:
    url = line if "://" in line else f"https://{line}"
    parts = urlsplit(url)
    if not _HOST.match(parts.netloc) or any(character.isspace() for character in url):
        raise PaperbenchError(f"{where}: '{line}' is no URL; write a URL, or 'none' alone, and import again")
    return {
        "url": url,
        "kind": _kind(parts.netloc.lower().removeprefix("www."), parts.path),
        "role": "author_code",
    }


def _kind(host: str, path: str) -> str:
    steps = [step for step in path.split("/") if step]
    if not steps:
        return "host"
    if host in _FORGES and len(steps) == _REPOSITORY_DEPTH:
        return "repository"
    if host == "huggingface.co" and steps[0] == "datasets":
        return "dataset"
    if host == "pypi.org":
        return "package"
    return "path"
