"""Manifests and copies: what is told apart, whatever the folder holds."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.copying import copy_tree, remove_tree
from runner.manifest import compare, read_manifest, scan, submission_digest, write_manifest

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8).filter(
    lambda name: name not in (".", "..") and len(os.fsencode(name)) < 200
)
TREES = st.dictionaries(NAMES, st.binary(max_size=20), max_size=6)


def fill(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


@settings(max_examples=50, deadline=None)
@given(TREES, TREES)
def test_compare_finds_exactly_what_was_done(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder / "sub", before)
        old = scan(folder)
        for name in before.keys() - after.keys():
            (folder / "sub" / name).unlink()
        fill(folder / "sub", after)
        changes = compare(old, scan(folder))
    kept = before.keys() & after.keys()
    assert changes.new == {f"sub/{name}" for name in after.keys() - before.keys()}
    assert changes.deleted == {f"sub/{name}" for name in before.keys() - after.keys()}
    assert changes.changed == {f"sub/{name}" for name in kept if before[name] != after[name]}
    assert changes.made >= changes.new | changes.changed


@settings(max_examples=50, deadline=None)
@given(TREES)
def test_a_copy_says_the_same_and_a_manifest_reads_back(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        source, copy = Path(place, "a"), Path(place, "b")
        fill(source, files)
        assert copy_tree(source, copy) == ()
        entries = scan(source)
        assert submission_digest(entries) == submission_digest(scan(copy))
        write_manifest(Path(place, "m.jsonl"), entries)
        assert read_manifest(Path(place, "m.jsonl")) == entries


def test_names_that_are_no_utf8_keep_their_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    fill(tmp_path / "a", {name: b"x"})
    copy_tree(tmp_path / "a", tmp_path / "b")
    entries = scan(tmp_path / "b")
    write_manifest(tmp_path / "m.jsonl", entries)
    assert [entry.path for entry in read_manifest(tmp_path / "m.jsonl")] == [name]
    assert len(submission_digest(entries)) == 64


def test_what_a_submission_digest_sees(tmp_path: Path) -> None:
    def digest() -> str:
        return submission_digest(scan(tmp_path))

    fill(tmp_path, {"run.py": b"x"})
    first = digest()
    fill(tmp_path / ".git", {"HEAD": b"ref"})
    (tmp_path / "empty").mkdir()
    os.utime(tmp_path / "run.py", (1, 1))
    (tmp_path / "run.py").chmod(0o600)
    assert digest() == first
    (tmp_path / "run.py").chmod(0o700)
    executable = digest()
    assert executable != first
    (tmp_path / "link").symlink_to("run.py")
    linked = digest()
    assert linked != executable
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("elsewhere")
    assert digest() != linked


def test_links_are_never_followed(tmp_path: Path) -> None:
    fill(tmp_path / "outside", {"secret": b"s"})
    fill(tmp_path / "a", {})
    (tmp_path / "a" / "out").symlink_to(tmp_path / "outside")
    copy_tree(tmp_path / "a", tmp_path / "b")
    (entry,) = scan(tmp_path / "b")
    assert (entry.kind, entry.target, entry.sha256) == ("symlink", str(tmp_path / "outside"), None)
    remove_tree(tmp_path / "b")
    assert (tmp_path / "outside" / "secret").exists()


def test_set_id_bits_stay_behind_and_locked_folders_go(tmp_path: Path) -> None:
    fill(tmp_path / "a" / "locked", {"file": b"x"})
    (tmp_path / "a" / "locked" / "file").chmod(0o4755)
    (tmp_path / "a" / "locked").chmod(0o555)
    copy_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "locked" / "file").stat().st_mode & 0o7777 == 0o755
    (tmp_path / "b" / "locked").chmod(0)
    remove_tree(tmp_path / "b")
    assert not (tmp_path / "b").exists()
    (tmp_path / "a" / "locked").chmod(0o755)
