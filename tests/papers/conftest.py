"""Runs each reference submission once a session."""

import functools

import pytest

from tests.papers.reproduced import Reproduce, Reproduced, copy_of, run


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Reproduce:
    """Paper and submission in, what came out of its one run out."""

    @functools.cache
    def once(paper: str, submission: str) -> Reproduced:
        return run(copy_of(paper, submission, tmp_path_factory.mktemp(paper)))

    return once
