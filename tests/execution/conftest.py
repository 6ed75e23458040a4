"""A bench for every test."""

from pathlib import Path

import pytest

from tests.execution.bench import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    """A tiny data root of the test's own."""
    return make_bench(tmp_path / "root", capsys)
