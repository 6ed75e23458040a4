"""An image to test with, and a data root whose runs happen inside it.

PAPERBENCH_TEST_SIF names a SIF with bash and python3; left out: the newest one built from sif/reproduce.def.
PAPERBENCH_TEST_CONTAINERS says that nothing may be skipped for want of a container: required, or
where-root-differs.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.inside import Contained
from tests.execution.bench import make_bench
from tests.processes_left import left_behind

CHECKOUT = Path(__file__).resolve().parents[2]
# Where an ordinary user has run all of them just before, root runs those in which root differs.
REQUIRED = os.environ.get("PAPERBENCH_TEST_CONTAINERS")
ROOT_DIFFERS = {
    "test_broken_runtime.py", "test_build.py", "test_contained.py", "test_fall_backs.py", "test_isolation.py",
    "test_supervised.py", "test_writable_root.py",
}  # fmt: skip
collect_ignore = (
    [path.name for path in Path(__file__).parent.glob("test_*.py") if path.name not in ROOT_DIFFERS]
    if REQUIRED == "where-root-differs"
    else []
)


def lacking(why: str) -> None:
    """Skip, but fail where these tests must not be left out."""
    if REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def sif() -> Path:
    """An image with bash and python3."""
    if shutil.which("apptainer") is None:
        lacking("apptainer is not on PATH")
    named = os.environ.get("PAPERBENCH_TEST_SIF")
    built = sorted((CHECKOUT / "sif").glob("reproduce-*.sif"), key=lambda path: path.stat().st_mtime)
    found = Path(named) if named else built[-1] if built else None
    if found is None or not found.is_file():
        lacking("no image: run 'paperbench build reproduce', or name one with PAPERBENCH_TEST_SIF")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def sif_digest(sif: Path) -> str:
    """The image's sha256."""
    with sif.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture
def contained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sif: Path, sif_digest: str
) -> Iterator[Contained]:
    """A tiny data root whose runs happen inside the image; afterwards nothing of them is left."""
    before = set(left_behind(tmp_path))
    yield Contained(make_bench(tmp_path / "root", capsys), sif, sif_digest)
    assert set(left_behind(tmp_path)) <= before
