"""What fits a terminal: its width, and ids cut to as much as tells them apart."""

import re
import shutil
import sys

# The random ids of upstream's rubrics; their first part is enough to tell them apart within one.
_UUID = re.compile(r"([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def terminal_width() -> int | None:
    """The columns of the terminal that is printed on; None for a pipe or a file, which get whole lines."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cut(words: str, width: int) -> str:
    """The words on one line of that width."""
    line = " ".join(words.split())
    return line if len(line) <= width else line[: max(width - 1, 0)].rstrip() + "…"


def short_id(name: str, longest: int = 24) -> str:
    """An id as people read it: the first part of a random one, the start of a long one."""
    found = _UUID.fullmatch(name)
    return f"{found[1]}…" if found else cut(name, longest)


def short_path(path: str) -> str:
    """A path of such ids."""
    return "/".join(map(short_id, path.split("/")))


def fitted_path(path: str, width: int) -> str:
    """The end of such a path: as many ids as fit the width, and the last in any case."""
    ids = short_path(path).split("/")
    for start in range(len(ids)):
        line = "/".join([*(["…"] if start else []), *ids[start:]])
        if len(line) <= width:
            break
    return line
