"""Short calls of Apptainer, and the one error for a call that failed."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.apptainer.command import PROGRAM
from runner.errors import PaperbenchError
from runner.processes import Finished, finished

LAST_LINES = 5
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
    """The last lines that say something, in one line, without colours."""
    lines = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
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


def version(env: Mapping[str, str]) -> str:
    """The program's version; raises PaperbenchError when there is no such program."""
    try:
        return call([PROGRAM, "--version"], env).out.decode().split()[-1]
    except ApptainerError as error:
        raise PaperbenchError(GET_IT if error.status is None else str(error)) from None
