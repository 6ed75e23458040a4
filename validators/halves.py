"""The second core: about half of many large files is examined by a fork of this process."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Below this a fork costs more than it saves.
_WORTH_IT_BYTES = 1_000_000
Work = Callable[[str], Any]


def by_two(sizes: Mapping[str, int], work: Work) -> dict[str, Any]:
    """What the work gives for each file, given with its bytes; the work gives JSON data.

    Raises what the work raises. What the fork could not do is done here, so that its error is met here.
    """
    other = _second_half(sizes)
    with _forked(other, work) as answers:
        done = {name: work(name) for name in sizes if name not in other}
        done |= answers()
    return {name: done[name] if name in done else work(name) for name in sizes}


def _second_half(sizes: Mapping[str, int]) -> set[str]:
    # Only Linux is known to fork a Python process safely and to say what cores it may use.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if cores == 1 or sum(sizes.values()) < _WORTH_IT_BYTES:
        return set()
    halves: tuple[set[str], set[str]] = (set(), set())
    weights = [0, 0]
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        lighter = 1 if weights[1] < weights[0] else 0
        halves[lighter].add(name)
        weights[lighter] += sizes[name]
    return halves[1]


@contextmanager
def _forked(names: set[str], work: Work) -> Iterator[Callable[[], dict[str, Any]]]:
    """Do the work on each name in a fork; the call waits for it, and gives nothing if it failed."""
    reader, writer = os.pipe()
    child = _fork() if names else None
    if child == 0:
        os.close(reader)
        _serve(names, work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        if child is None:
            yield dict
            return
        statuses: list[int] = []

        def answers() -> dict[str, Any]:
            text = stream.read()
            statuses.append(os.waitpid(child, 0)[1])
            return dict(json.loads(text)) if statuses == [0] else {}

        try:
            yield answers
        finally:
            if not statuses:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _fork() -> int | None:
    """0 in the fork, its process id here; None where the machine has no room for one."""
    try:
        return os.fork()
    except OSError:
        return None


def _serve(names: set[str], work: Work, writer: int) -> None:
    status = 1
    try:
        with os.fdopen(writer, "wb") as stream:
            stream.write(json.dumps({name: work(name) for name in names}).encode())
        status = 0
    finally:
        # The parent's buffers and handlers are not the fork's to flush.
        os._exit(status)
