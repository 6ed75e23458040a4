"""Fixtures: small frozen outputs of a reproduction, papers/<paper>/fixtures/<name>/.

handed-in/ holds files of a submission as it was handed in, made/ files that its reproduction made;
reproduce.log is the log, with or without the runner's time stamps, and exit_status the number that
reproduce.sh ended with (absent: it was stopped).
"""

from pathlib import Path
from typing import NamedTuple

from validators.log_text import unstamped
from validators.probes import MOST_FILES
from validators.roots import DataRoot

_MIB = 1024 * 1024
MOST_FILE_BYTES, MOST_BYTES = _MIB, 4 * _MIB
_HALVES = {True: "handed-in/", False: "made/"}
_LONGEST_STATUS = 10


class Fixture(NamedTuple):
    """What a fixture holds; `refused` says why it is not looked at. Places are from the data root."""

    name: str
    place: str
    folder: Path
    is_there: bool
    refused: str | None = None
    names: tuple[str, ...] = ()
    log: str = ""
    exit_status: int | None = None

    def half(self, *, handed_in: bool) -> tuple[Path, frozenset[str]]:
        """The folder and the files that a check of code may look at, or that of an execution or a result."""
        top = _HALVES[handed_in]
        names = (name.removeprefix(top) for name in self.names if name.startswith(top))
        return self.folder / top, frozenset(names)


def read_fixture(root: DataRoot | None, paper: str, name: str) -> Fixture:
    """A fixture of a paper; it is not there where no root is."""
    place = f"papers/{paper}/fixtures/{name}"
    folder = (root.path if root is not None else Path()) / place
    files = root.tree(folder) if root is not None else None
    if root is None or files is None:
        return Fixture(name, place, folder, is_there=False)
    refused = _refused(files)
    if refused is not None:
        return Fixture(name, place, folder, is_there=True, refused=refused)
    for file in files:
        root.digest(folder / file)  # so that a cache knows what a check may see
    status = _text(root, folder / "exit_status").strip()
    if status and not (status.isdecimal() and len(status) < _LONGEST_STATUS):
        refused = "exit_status is no number; write it in digits"
        return Fixture(name, place, folder, is_there=True, refused=refused)
    return Fixture(
        name, place, folder, is_there=True, names=tuple(files),
        log=unstamped(_text(root, folder / "reproduce.log")), exit_status=int(status) if status else None,
    )  # fmt: skip


def _refused(files: dict[str, int | None]) -> str | None:
    strange = next((name for name, size in files.items() if size is None), None)
    if strange is not None:
        what = "it" if strange == "." else strange
        return f"{what} is a symlink or no regular file; put the file itself there"
    large = next((name for name, size in files.items() if (size or 0) > MOST_FILE_BYTES), None)
    if large is not None:
        return f"{large} has more than {MOST_FILE_BYTES // _MIB} MiB; keep what the checks look at"
    if len(files) > MOST_FILES:
        return f"it has more than {MOST_FILES} files; keep those that the checks look at"
    if sum(size or 0 for size in files.values()) > MOST_BYTES:
        return f"it has more than {MOST_BYTES // _MIB} MiB; keep what the checks look at"
    return None


def _text(root: DataRoot, path: Path) -> str:
    return (root.content(path) or b"").decode("utf-8", "replace")
