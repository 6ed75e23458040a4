"""Rules about what lies in a data root and is read by nobody, and about the names of folders."""

import re
from collections.abc import Iterator

from validators.probes import STRANGE
from validators.roots import DataRoot
from validators.rules.names import paths_of
from validators.rules.rule import Stray

_SLUG = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*\Z")
_OF_PAPER = frozenset({
    "paper.yaml", "blacklist.yaml", "paper.md", "paper.pdf", "addendum.md", "judge-addendum.md", "README.md",
    "assets/", "submissions/", "fixtures/", "judge/",
})  # fmt: skip


def folder_is_slug(root: DataRoot) -> Iterator[Stray]:
    """A folder under papers/ is named like an id: small letters and digits, joined by single - . or _.

    Why: the name becomes a part of paths, of trials and of boards, also where case does not count and blanks
    end a word.
    Mend: rename the folder, with `id` in its paper.yaml.
    Example:
        papers/Heavy Ball/
    """
    for name in root.names(root.path / "papers"):
        if name.endswith("/") and not name.startswith(".") and not _SLUG.match(name.rstrip("/")):
            yield f"papers/{name.rstrip('/')}", "a folder's name is an id, such as heavy-ball; rename it"


def file_is_read(root: DataRoot) -> Iterator[Stray]:
    """What lies in papers/, a paper's folder or rubrics/ is something that is read there.

    Why: a note, a copy or an archive that was left behind is carried along for ever and taken for a part of
    the paper. A README.md, hidden files and what paper.yaml lists may stand; F602 speaks of YAML.
    Mend: remove it, list it in paper.yaml's files, or move it to assets/ or fixtures/.
    Example:
        papers/heavy-ball/paper.md.orig
    """
    yield from _strays(root, "papers", frozenset(name for name in _names(root, "papers") if name[-1] == "/"))
    yield from _strays(root, "rubrics", frozenset())
    for paper in root.paper_ids():
        yield from _strays(root, f"papers/{paper}", _OF_PAPER | _listed(root, paper))


def _names(root: DataRoot, folder: str) -> tuple[str, ...]:
    return root.names(root.path / folder)


def _strays(root: DataRoot, folder: str, known: frozenset[str]) -> Iterator[Stray]:
    for name in _names(root, folder):
        # Other rules speak of YAML and of what is no regular file.
        is_told = name.endswith((".yaml", ".yml", STRANGE))
        if name not in known and name != "README.md" and not name.startswith(".") and not is_told:
            yield f"{folder}/{name.rstrip('/')}", "nothing reads this; remove it, or list or move it"


def _listed(root: DataRoot, paper: str) -> frozenset[str]:
    """The names in a paper's folder that its paper.yaml lists, or that lead to what it lists."""
    data = root.data(root.path / "papers" / paper / "paper.yaml")
    steps = [path.partition("/") for path in paths_of(data)]
    return frozenset(first + slash for first, slash, _ in steps)
