"""Files written whole or not at all: links, permissions, the folder's fsync, and somebody else's save."""

import sys
from pathlib import Path
from typing import Any

import pytest

from runner.durable import write_atomic
from validators.writing import ChangedMeanwhileError, replace_file, write_atomically


def fsyncs(*words: Any, **options: Any) -> int:
    """How often a write makes something durable."""
    count = 0

    def look(_: object, event: str, called: Any) -> None:
        nonlocal count
        count += event == "c_call" and called.__name__ == "fsync"

    sys.setprofile(look)
    try:
        write_atomically(*words, **options)
    finally:
        sys.setprofile(None)
    return count


def test_a_durable_write_makes_the_file_and_its_folder_durable(tmp_path: Path) -> None:
    assert fsyncs(tmp_path / "a", b"1") == 2
    assert fsyncs(tmp_path / "a", b"2", durable=False) == 0


def test_a_file_that_people_edit_keeps_its_link_and_permissions(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_the_runner_never_writes_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    write_atomic(tmp_path / "link", b"new")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"old"


def test_what_somebody_saved_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"saved")
    with pytest.raises(ChangedMeanwhileError):
        replace_file(tmp_path / "file", b"new", before=b"old")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"saved"
    replace_file(tmp_path / "file", b"new", before=b"saved")
    assert (tmp_path / "file").read_bytes() == b"new"
