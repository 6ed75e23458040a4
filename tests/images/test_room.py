"""Room for a build, seen before it begins."""

from pathlib import Path

import pytest

from runner.errors import PaperbenchError
from runner.images.room import GIB, free_bytes, refuse_needs


def test_needs_on_one_file_system_add_up(tmp_path: Path) -> None:
    most = 0.6 * free_bytes(tmp_path) / GIB
    refuse_needs({(tmp_path / "not yet", "images.scratch"): most})
    with pytest.raises(PaperbenchError, match=rf"needs {2 * most:g} GiB in {tmp_path} .*images.folder"):
        refuse_needs({(tmp_path / "not yet", "images.scratch"): most, (tmp_path, "images.folder"): most})
