"""The kinds of judge, listed by hand."""

from runner.judging.backends.checks import Checks
from runner.judging.backends.constant import Constant
from runner.judging.backends.llm import Llm
from runner.judging.backends.random import Random
from runner.judging.backends.replay import Replay
from runner.judging.types import Backend, Setup

BACKENDS: tuple[type[Backend], ...] = (Checks, Replay, Llm, Constant, Random)


def make_backend(name: str, setup: Setup) -> Backend:
    """The back end of that name."""
    kind = next(kind for kind in BACKENDS if kind.name == name)
    return kind(setup)
