"""What the rules say of PaperBench's own rubrics is what docs/rubrics.md prints."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from runner.cli import main
from tests.data_folder import upstream_papers
from tests.validators.cases import CHECKOUT

_ROW = re.compile(r"^\| (R\d{3}) \| [^|]+ \| (\d+) \| ([^|]+) \|$", re.MULTILINE)


def test_real_rubrics_have_no_error_and_the_warnings_that_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["check", "--root", str(tmp_path), "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [one for one in findings if one["severity"] == "error"] == []
    found = Counter((one["code"], Path(one["file"]).stem) for one in findings if one["code"][0] == "R")
    printed: dict[tuple[str, str], int] = {}
    for code, count, where in _ROW.findall((CHECKOUT / "docs/rubrics.md").read_text(encoding="utf-8")):
        papers = dict(part.rsplit(" ", 1) for part in where.split(", "))
        assert int(count) == sum(map(int, papers.values())), code
        printed |= {(code, paper): int(number) for paper, number in papers.items()}
    assert printed == found
