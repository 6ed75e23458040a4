"""Rules about what lies beside a paper's documents and is given away or looked at with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from validators.fixtures import MOST_FILE_BYTES
from validators.probes import STRANGE
from validators.roots import OVERLAY, DataRoot
from validators.rules.names import paths_of
from validators.rules.rule import Stray
from validators.rules.texts import no_secret
from validators.texts import line_and_column
from validators.words import advise

_BINARY = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf", ".zip", ".gz", ".npz", ".pt"})
_HELD = ("handed-in/", "made/", "reproduce.log", "exit_status")


def no_secret_beside(root: DataRoot) -> Iterator[Stray]:
    """No key, token or private key stands in any other file below papers/, rubrics/ and runner/configs/.

    Why: as for F603: whoever can read the repository could use it. A log that was frozen as a fixture is
    where a token is printed, and a submission may hold a key. Files of more than 1 MiB, what is not UTF-8,
    and what follows the first 200 files of a paper, a fixture or a submission are not looked at.
    Mend: revoke the key first, then take it out of the file.
    Example:
        papers/heavy-ball/fixtures/oracle/reproduce.log
    """
    told = {*root.documents(), *root.texts()}
    for path in dict.fromkeys(_beside(root)):
        if root.inside(path) in told or path.suffix.lower() in _BINARY:
            continue
        text = root.text(path)
        for offset, message in no_secret(text) if text else ():
            yield root.inside(path), message, line_and_column(text or "", offset)[0]


def _beside(root: DataRoot) -> Iterator[Path]:
    """The files that are given away, or looked at, with the root's documents."""
    for paper in root.paper_ids():
        folder = root.path / "papers" / paper
        yield from (folder / name for name in paths_of(root.data(folder / "paper.yaml")))
    for folder in _folders(root):
        for name, size in (root.tree(folder) or {}).items():
            if size is not None and size <= MOST_FILE_BYTES:
                yield folder / name


def _folders(root: DataRoot) -> Iterator[Path]:
    # Of a folder with very many files a tree holds the first only: what may have many is asked for itself.
    yield root.path / "rubrics"
    yield root.path / "runner/configs"
    papers = [root.path / "papers" / name for name in root.names(root.path / "papers") if name.endswith("/")]
    yield from papers
    for above in (
        root.path / "runner/configs/agents",
        *(folder / name for folder in papers for name in ("fixtures", "submissions")),
    ):
        for name in root.names(above):
            if name.endswith("/"):
                yield above / name


def fixture_is_used(root: DataRoot) -> Iterator[Stray]:
    """A folder in fixtures/ is named by a check, and holds handed-in/, made/, reproduce.log and exit_status.

    Why: a check looks for files there and nowhere else, so that one in a misspelt folder is as good as
    absent, and a check that must fail does so for the wrong reason.
    Mend: rename it as the message says, or remove it. Of a rubric that is not here nothing is known to use.
    Example:
        papers/heavy-ball/fixtures/oracle/mades/results.csv
    """
    for paper in root.paper_ids():
        folder = root.path / "papers" / paper
        names = root.names(folder / "fixtures")
        used = _used(root, paper) if names else None
        for name in names:
            place = f"papers/{paper}/fixtures/{name.rstrip('/')}"
            if _may_stand(name):
                continue
            if not name.endswith("/"):
                yield place, "nothing reads this; a fixture is a folder"
            elif used is not None and name.rstrip("/") not in used:
                yield place, "no check names this fixture; name it, or remove it"
            else:
                yield from _unread(root, place)


def _unread(root: DataRoot, place: str) -> Iterator[Stray]:
    for name in root.names(root.path / place):
        if name not in _HELD and not _may_stand(name):
            mend = advise(name, _HELD, f"a fixture holds {', '.join(_HELD[:-1])} and {_HELD[-1]}")
            yield f"{place}/{name.rstrip('/')}", f"nothing reads this; {mend}"


def _may_stand(name: str) -> bool:
    # Of what is no regular file another rule speaks.
    return name.startswith(".") or name == "README.md" or name.endswith(STRANGE)


def _used(root: DataRoot, paper: str) -> set[str] | None:
    """The fixtures that checks name, in the rubric or in what edits it; None where it is not here."""
    rubric = root.data(root.path / "rubrics" / f"{paper}.yaml")
    if rubric is None:
        return None
    return set(_named([rubric, root.data(root.path / "rubrics" / f"{paper}{OVERLAY}")]))


def _named(data: Any) -> Iterator[str]:
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            fixtures = value.get("fixtures")
            if isinstance(fixtures, dict):
                yield from (name for name in fixtures.values() if isinstance(name, str))
            stack.extend(value.values())
