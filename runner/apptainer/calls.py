"""Short calls of Apptainer, and the one error for a call that failed."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.apptainer.command import PROGRAM
from runner.errors import PaperbenchError
from runner.processes import Finished, finished

LAST_LINES = 5
# The first with build arguments; --no-eval came with 1.1. Tried is 1.4.5.
OLDEST = (1, 2)
_OURS = re.compile(r"apptainer version (\d+)\.(\d+)")
# All its options are explained after this.
_MISUSED = "Error for command"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
GET_IT = (
    "apptainer is not on PATH; install it (your distribution's package 'apptainer', or ask the site for a "
    "module), or write container: process for submissions that you trust"
)


class ApptainerError(PaperbenchError):
    """A call of Apptainer that failed: the command, its exit status, and the last lines it said."""

    def __init__(self, argv: Sequence[str], status: int | None, said: str) -> None:
        self.argv, self.status, self.said = tuple(argv), status, said
        ended = "hung or could not start" if status is None else f"ended with status {status}"
        shown = " ".join(argv[:3])
        super().__init__(f"'{shown} ...' {ended}: {said or 'it said nothing'}")


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """The last lines that say something, in one line, without colours; of how it is used, only the fault."""
    lines = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
    faults = [line for line in lines if line.startswith(_MISUSED)]
    if faults:
        return faults[-1]
    return " | ".join(lines[-count:])


def call(
    argv: Sequence[str], env: Mapping[str, str], timeout: float = 60.0, folder: Path | None = None
) -> Finished:
    """Run a short call with exactly this environment; raises ApptainerError unless it ends with 0."""
    exactly: dict[str, str | None] = {**dict.fromkeys(os.environ), **env}
    done = finished(list(argv), folder, timeout, exactly)
    if done is None or done.status != 0:
        said = "" if done is None else last_lines(done.error or done.out.decode(errors="replace"))
        raise ApptainerError(argv, None if done is None else done.status, said)
    return done


def unfit(path: str) -> str | None:
    """Why the program on this PATH will not do, and what to do; None when it will."""
    if shutil.which(PROGRAM, path=path) is None:
        return GET_IT
    try:
        said = call([PROGRAM, "--version"], {"PATH": path}).out.decode(errors="replace")
    except ApptainerError as error:
        return f"{error}; mend it, or put another before it on PATH"
    known = _OURS.match(said)
    oldest = ".".join(map(str, OLDEST))
    if known is None:
        shown = last_lines(said, 1)
        return f"apptainer on PATH says '{shown}' and is another program; put Apptainer >= {oldest} before it"
    if (int(known[1]), int(known[2])) < OLDEST:
        return f"apptainer on PATH has version {said.split()[-1]}; install {oldest} or newer"
    return None


def version(env: Mapping[str, str]) -> str:
    """The program's version; raises PaperbenchError when there is no such program."""
    try:
        return call([PROGRAM, "--version"], env).out.decode().split()[-1]
    except ApptainerError as error:
        here = shutil.which(PROGRAM, path=env.get("PATH"))
        raise PaperbenchError(str(error) if here else GET_IT) from None
