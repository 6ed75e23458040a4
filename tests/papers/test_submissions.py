"""The reference submissions compute what the papers report, and the bug costs what it should."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from runner.manifest import scan, submission_digest
from tests.papers.refresh_answers import ROOT, lines
from tests.papers.reproduced import SUBMISSIONS, Reproduce, Reproduced, copy_of, run
from validators.checks import evaluate
from validators.corpus import Corpus, rubric_tree
from validators.models.checks import Check, Value
from validators.tree import leaves
from validators.yaml_reader import read_yaml

CHECK: TypeAdapter[Check] = TypeAdapter(Check)
Table = list[dict[str, str]]
Cells = Callable[[Reproduced, dict[int, Table]], Iterator[tuple[str, float]]]
PAPERS = ("bandit-regret", "ill-conditioned-momentum")


def _checks(paper: str) -> Iterator[tuple[str, str | None, Check]]:
    for path, leaf in leaves(rubric_tree(Corpus(ROOT).rubric(paper))):
        if leaf.check is not None:
            yield path, leaf.category, CHECK.validate_json(json.dumps(leaf.check))


def _lost_checks(paper: str, done: Reproduced) -> set[str]:
    return {
        path for path, category, check in _checks(paper) if not evaluate(check, done.evidence(category)).met
    }


def _lost_answers(paper: str, submission: str) -> set[str]:
    digest = submission_digest(scan(ROOT / "papers" / paper / "submissions" / submission))
    answers = [answer for answer in map(json.loads, lines()) if answer["submission"] == digest]
    assert answers
    return {answer["path"] for answer in answers if answer["score"] < 1}


@pytest.mark.parametrize(("paper", "submission"), SUBMISSIONS)
def test_the_submission_runs_to_its_end(paper: str, submission: str, reproduced: Reproduce) -> None:
    done = reproduced(paper, submission)
    print(f"{paper}/{submission}: {done.cpu_seconds:.2f} s of CPU")
    assert done.exit_status == 0, done.log
    assert (done.root / "results" / "report.md").is_file()


@pytest.mark.parametrize("paper", PAPERS)
def test_the_oracle_gets_every_leaf(paper: str, reproduced: Reproduce) -> None:
    assert _lost_checks(paper, reproduced(paper, "oracle")) == set()
    assert _lost_answers(paper, "oracle") == set()


@pytest.mark.parametrize("paper", PAPERS)
def test_checks_ask_for_the_numbers_that_the_oracle_computes(paper: str, reproduced: Reproduce) -> None:
    """Whatever the tolerance is, what a check expects is what the paper reports, rounded."""
    done = reproduced(paper, "oracle")
    for path, category, check in _checks(paper):
        if isinstance(check, Value):
            rounded = check.model_copy(update={"abs_tolerance": None, "rel_tolerance": 0.005})
            assert evaluate(rounded, done.evidence(category)).met, path


@pytest.mark.parametrize("paper", PAPERS)
def test_results_that_were_handed_in_count_for_nothing(
    paper: str, tmp_path: Path, reproduced: Reproduce
) -> None:
    root = copy_of(paper, "oracle", tmp_path)
    shutil.copytree(reproduced(paper, "oracle").root / "results", root / "results")
    (root / "reproduce.sh").write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    lost = _lost_checks(paper, run(root))
    results = {path for path, category, _ in _checks(paper) if category == "Result Analysis"}
    assert results <= lost


def test_the_flawed_submission_loses_exactly_what_is_listed(reproduced: Reproduce) -> None:
    expected = read_yaml(ROOT / "papers/bandit-regret/submissions/flawed.expected.yaml").data["loses"]
    lost = _lost_checks("bandit-regret", reproduced("bandit-regret", "flawed"))
    assert sorted(lost | _lost_answers("bandit-regret", "flawed")) == sorted(expected)


def test_the_flaw_is_one_line() -> None:
    folder = ROOT / "papers/bandit-regret/submissions"
    pairs = [(path, folder / "flawed" / path.name) for path in sorted((folder / "oracle").iterdir())]
    differing = [
        (one, other)
        for path, twin in pairs
        for one, other in zip(path.read_text().splitlines(), twin.read_text().splitlines(), strict=True)
        if one != other
    ]
    assert [(one.strip(), other.strip()) for one, other in differing] == [
        ("bonus = self.width * math.log(t)", "bonus = self.width * math.log10(t)")
    ]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_second_run_gives_the_same_bytes(paper: str, tmp_path: Path, reproduced: Reproduce) -> None:
    again = run(copy_of(paper, "oracle", tmp_path))
    first = reproduced(paper, "oracle").root / "results"
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in (again.root / "results").iterdir()
    }


def _tables(paper: str) -> dict[int, Table]:
    """The tables of paper.md by their number."""
    text = (ROOT / "papers" / paper / "paper.md").read_text(encoding="utf-8")
    found = {}
    for number, body in re.findall(r"\*\*Table (\d)\.\*\*[^\n]*\n\n((?:\|[^\n]*\n)+)", text):
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines())
        found[int(number)] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def _same(reported: str, computed: float) -> None:
    """Equal to the last digit that the paper prints."""
    digits = len(reported.partition(".")[2])
    assert abs(float(reported) - computed) <= 0.5 * 10**-digits + 1e-9, (reported, computed)


def _cell(rows: Table, column: str, **keys: str) -> float:
    (row,) = [row for row in rows if all(row[key] == value for key, value in keys.items())]
    return float(row[column])


def _momentum_cells(done: Reproduced, tables: dict[int, Table]) -> Iterator[tuple[str, float]]:
    for row in tables[1]:
        for method in ("gd", "gd-tuned", "heavy-ball", "nesterov"):
            yield (
                row[method],
                _cell(done.table("iterations"), "mean_iterations", condition=row["kappa"], method=method),
            )
    for row in tables[2]:
        for method in ("heavy-ball", "nesterov"):
            keys = {"condition": row["kappa"], "method": method}
            yield row[f"{method} peak"], _cell(done.table("transient"), "peak_ratio", **keys)
            yield row[f"{method} rises"], _cell(done.table("transient"), "rises", **keys)
    for number, name, unit in ((3, "rates", 1.0), (5, "noise", 1e-4)):
        for row in tables[number]:
            for column in ("measured", "theory"):
                yield row[column], _cell(done.table(name), column, method=row["method"]) / unit
    for row in tables[4]:
        for method in ("heavy-ball", "nesterov"):
            keys = {"assumed_condition": row["assumed kappa"], "method": method}
            yield row[method], _cell(done.table("misspecified"), "mean_iterations", **keys)


def _bandit_cells(done: Reproduced, tables: dict[int, Table]) -> Iterator[tuple[str, float]]:
    columns = {
        "regret": "mean_regret", "standard error": "standard_error", "best-arm share": "best_arm_share",
        "median": "median_regret", "worst": "worst_regret",
    }  # fmt: skip
    names = {1: "regret", 3: "sensitivity", 4: "delayed"}
    for number, name in names.items():
        for row in tables[number]:
            keys = {key: value for key, value in row.items() if key not in columns}
            for column in row.keys() - keys.keys():
                yield row[column], _cell(done.table(name), columns[column], **keys)
    for row in tables[2]:
        for t in ("250", "500", "1000", "2000"):
            keys = {"problem": row["problem"], "policy": row["policy"], "t": t}
            yield row[f"t = {t}"], _cell(done.table("curves"), "mean_regret", **keys)


@pytest.mark.parametrize(
    ("paper", "cells", "expected"),
    [("ill-conditioned-momentum", _momentum_cells, 66), ("bandit-regret", _bandit_cells, 76)],
)
def test_the_tables_are_what_the_oracle_computes(
    paper: str, cells: Cells, expected: int, reproduced: Reproduce
) -> None:
    found = list(cells(reproduced(paper, "oracle"), _tables(paper)))
    assert len(found) == expected
    for reported, computed in found:
        _same(reported, computed)
