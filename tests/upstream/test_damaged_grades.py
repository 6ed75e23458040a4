"""paperbench import grades of files that are damaged, foreign or oddly encoded: told apart."""

from pathlib import Path

import pytest

from runner.cli import main
from tests.upstream.folders import graded, newer_run, output, tiny, write_paper
from tests.upstream.test_import_grades import files, grades, one_line, only_trial, verdicts

SCORES = (1, 0, 1.0, 0, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_paper(tmp_path / "data")
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(tmp_path / "root")]) == 0
    return tmp_path / "root"


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A grader output with its result beside it."""
    return newer_run(tmp_path / "graded", output(graded(tiny(), iter(SCORES))))


@pytest.mark.parametrize(("fault", "said"), [
    ((b'"score": 1', b'"score": 1e400'), "out of range"),
    ((b'"score": 1', b'"score": "NaN"'), "Expected `float`, got `str`"),
    ((b'"valid_score": true', b'"valid_score": null'), "Expected `bool`, got `null`"),
    ((b'"judge_metadata": null', b'"judge_metadata": {"a": NaN}'), "holds NaN"),
    ((b'"Because."', b'"\xff"'), ""),
    ((b'"requirements": "It', b'"requirements": "\xffIt'), "is no UTF-8 text"),
    ((b'"requirements": "It', b'"requirements": "\\ud83dIt'), "is no Unicode text"),
])  # fmt: skip
def test_a_damaged_file_in_a_folder_is_never_skipped(
    fault: tuple[bytes, bytes], said: str, root: Path, held: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, spoilt = fault
    assert kept in held.read_bytes()
    held.write_bytes(held.read_bytes().replace(kept, spoilt, 1))
    capsys.readouterr()
    assert grades(root, held.parents[4]) == (1 if said else 0)
    if said:
        line = one_line(capsys)
        assert str(held) in line
        assert said in line
        assert not files(root / "runs")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_damage(encoding: str, root: Path, held: Path, tmp_path: Path) -> None:
    held.write_bytes(held.read_text().encode(encoding))
    assert grades(root, tmp_path / "graded") == 0
    assert [verdict.score for verdict in verdicts(root, only_trial(root).id)] == list(SCORES)


def test_half_a_character_in_an_explanation_is_no_damage(root: Path, held: Path, tmp_path: Path) -> None:
    held.write_bytes(held.read_bytes().replace(b'"Because."', b'"\\ud83d"'))
    assert grades(root, tmp_path / "graded") == 0
    assert [verdict.score for verdict in verdicts(root, only_trial(root).id)] == list(SCORES)
