"""Rules about what lies beside a paper's documents and is given away or looked at with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from validators.fixtures import MOST_FILE_BYTES
from validators.roots import OVERLAY, DataRoot
from validators.rules.names import paths_of
from validators.rules.rule import Stray
from validators.rules.texts import no_secret
from validators.texts import line_and_column
from validators.words import advise

_HELD = ("handed-in/", "made/", "reproduce.log", "exit_status")


def no_secret_beside(root: DataRoot) -> Iterator[Stray]:
    """No key, token or private key stands in a fixture, or in a file that a paper lists.

    Why: as for F603: whoever can read the repository could use it. A log that was frozen as a fixture is
    where a token is printed. Files of more than 1 MiB and what is not UTF-8 are not looked at.
    Mend: revoke the key first, then take it out of the file.
    Example:
        papers/heavy-ball/fixtures/oracle/reproduce.log
    """
    texts = frozenset(root.texts())
    for paper in root.paper_ids():
        for path in _beside(root, root.path / "papers" / paper, texts):
            text = root.text(path)
            for offset, message in no_secret(text) if text else ():
                yield root.inside(path), f"line {line_and_column(text or '', offset)[0]}: {message}"


def _beside(root: DataRoot, folder: Path, texts: frozenset[str]) -> Iterator[Path]:
    """The files of a paper that no other rule reads as texts."""
    for name in paths_of(root.data(folder / "paper.yaml")):
        if root.inside(folder / name) not in texts:
            yield folder / name
    for fixture in _fixtures(root, folder):
        files = root.tree(folder / "fixtures" / fixture) or {}
        for name, size in files.items():
            if size is not None and size <= MOST_FILE_BYTES:
                yield folder / "fixtures" / fixture / name


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
    return name.startswith(".") or name == "README.md"


def _fixtures(root: DataRoot, folder: Path) -> list[str]:
    return [name.rstrip("/") for name in root.names(folder / "fixtures") if name.endswith("/")]


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
