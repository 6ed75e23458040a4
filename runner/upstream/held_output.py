"""Which of a run's grader outputs a result holds too, by when it was graded and its score."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from runner.errors import PaperbenchError


class _Mark(msgspec.Struct, frozen=True):
    graded_at: Any = None
    score: Any = None


class _Result(msgspec.Struct):
    judge_output: _Mark | None = None


class _File(msgspec.Struct):
    paperbench_result: _Result


def held_output(path: Path, outputs: list[Path]) -> Path:
    """The one output that the result equals, the result itself where nothing was judged.

    Raises PaperbenchError where no output equals it, or several do.
    """
    try:
        mark = msgspec.json.decode(path.read_bytes(), type=_File).paperbench_result.judge_output
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Damaged or foreign: the reader of the whole file says so.
        return path
    if mark is None:
        return path
    marks = {output: _mark(output) for output in outputs}
    for wanted in (
        [output for output, other in marks.items() if other == mark],
        [output for output, other in marks.items() if other and other.graded_at == mark.graded_at],
        [output for output, other in marks.items() if other and other.score == mark.score],
    ):
        if len(wanted) == 1:
            return wanted[0]
        if wanted:
            break
    raise PaperbenchError(
        f"{path} could be any of {len(outputs)} gradings beside it; import its folder, or a grader output"
    )


def _mark(path: Path) -> _Mark | None:
    with suppress(OSError, ValueError, RecursionError):
        return msgspec.json.decode(path.read_bytes(), type=_Mark)
    return None
