"""Finds upstream's real papers and graded runs, which lie beside the project and never in it."""

import os
from pathlib import Path

import pytest


def data_folder() -> Path | None:
    """The folder that PAPERBENCH_TEST_DATA names, or ../shared/data beside the checkout; None when absent."""
    named = os.environ.get("PAPERBENCH_TEST_DATA")
    folder = Path(named) if named else Path(__file__).parents[1] / ".." / "shared" / "data"
    return folder.resolve() if folder.is_dir() else None


def upstream_data() -> Path:
    """The folder of upstream's data (paperbench/, graded_runs/, ...); skips the test when it is absent."""
    folder = data_folder()
    if folder is None:
        pytest.skip(
            "upstream's data is not here; put it in ../shared/data or name its folder in PAPERBENCH_TEST_DATA"
        )
    return folder


def upstream_papers() -> Path:
    """The PaperBench data folder (papers/, splits/, judge_eval/); skips the test when it is absent."""
    return upstream_data() / "paperbench"


def graded_runs() -> Path:
    """The folder of real graded runs of rice; skips the test when it is absent."""
    return upstream_data() / "graded_runs"
