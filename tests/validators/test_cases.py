"""Every case file gives exactly the findings that stand beside it."""

from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import (
    INVALID,
    ROOT,
    expected,
    invalid_cases,
    lay_out,
    valid_cases,
    valid_documents,
)
from validators.rules import CATALOGUE

# A fault of ours: there is none to show. Files of megabytes are made by tests/validators/test_robust.py.
# What is held against git has its cases in tests/cases/revisions.
NO_CASE = {"S100", "Y006", "Y007", "R205", "R246", "P330"}


def findings(
    case: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    target = lay_out(case, folder)
    monkeypatch.chdir(folder)
    status = main(["check", "--warnings", str(target)])
    lines = capsys.readouterr().out.splitlines()
    assert status in ({0, 1} if lines else {0})
    return lines


@pytest.mark.parametrize("case", invalid_cases(), ids=lambda case: case.name)
def test_invalid(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = findings(case, tmp_path, capsys, monkeypatch)
    assert lines == expected(case).read_text(encoding="utf-8").splitlines()
    assert case.name[:4] in {line.split(" ")[1] for line in lines}


@pytest.mark.parametrize("case", valid_documents() + valid_cases(), ids=lambda case: case.name)
def test_valid(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert findings(case, tmp_path, capsys, monkeypatch) == []


def test_the_good_root_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--root", str(ROOT)]) == 0
    assert capsys.readouterr().err == "13 files, clean\n"


def test_every_rule_has_an_invalid_case() -> None:
    codes = {entry.code for entry in CATALOGUE} - NO_CASE
    assert codes == {case.name[:4] for case in invalid_cases()}


def test_every_rule_has_a_valid_case() -> None:
    codes = {entry.code for entry in CATALOGUE} - NO_CASE
    assert codes <= {case.name[:4] for case in valid_cases()}


def test_no_findings_are_left_over() -> None:
    for path in INVALID.glob("*.expected"):
        assert path.with_suffix(".yaml").is_file(), path


def test_codes_are_unique_and_sorted_by_family() -> None:
    codes = [entry.code for entry in CATALOGUE]
    assert len(set(codes)) == len(codes)
    families = list(dict.fromkeys(code[:2] for code in codes))
    assert codes == sorted(codes, key=lambda code: (families.index(code[:2]), code))
