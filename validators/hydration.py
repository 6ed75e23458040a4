"""What of a paper can be fetched from where upstream keeps it, as its paper.yaml pins it."""

from collections.abc import Iterator
from typing import Any

RUBRIC = "rubric.json"
_RENAMED = {"judge.addendum.md": "judge-addendum.md"}


class NotHydratedError(Exception):
    """Something that can be fetched is asked for, and is not here."""

    def __init__(self, *papers: str) -> None:
        names = ", ".join(f"'{paper}'" for paper in papers)
        told = f"paper {names} is" if len(papers) == 1 else f"papers {names} are"
        super().__init__(f"{told} not hydrated; run '{how_to_fetch(*papers)}'")


def our_name(path: str) -> str:
    """The name here of a file of upstream's paper folder."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{_RENAMED.get(name, name)}"


def fetchable(paper: Any) -> dict[str, tuple[str, str]]:
    """Upstream's file and its sha256, by the place from the data root that its content takes here.

    `paper` is the plain data of a paper.yaml; one that is misshapen or pins no commit has nothing to fetch.
    """
    source = _mapping(paper, "source")
    if not all(isinstance(source.get(key), str) for key in ("repository", "commit", "folder")):
        return {}
    pinned = dict(_pinned(source))
    listed = dict(_pinned(paper))
    found = {
        f"papers/{paper.get('id')}/{our_name(path)}": (path, sha256)
        for path, sha256 in pinned.items()
        if path.endswith(".md") and listed.get(our_name(path)) == sha256
    }
    if RUBRIC in pinned and paper.get("rubric") == (place := f"rubrics/{paper.get('id')}.yaml"):
        found[place] = (RUBRIC, pinned[RUBRIC])
    return found


def _mapping(data: Any, key: str) -> dict[str, Any]:
    inside = data.get(key) if isinstance(data, dict) else None
    return inside if isinstance(inside, dict) else {}


def _pinned(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    files = data.get("files")
    for file in files if isinstance(files, list) else ():
        path, sha256 = (file.get(key) if isinstance(file, dict) else None for key in ("path", "sha256"))
        if isinstance(path, str) and isinstance(sha256, str):
            yield path, sha256


def how_to_fetch(*papers: str) -> str:
    """The command that fetches the papers."""
    return f"paperbench hydrate {' '.join(papers)}"
