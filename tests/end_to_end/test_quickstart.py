"""The quick start, as a newcomer meets it: every leaf of every reference submission."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from runner.cli import main

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "runner" / "configs" / "quickstart.yaml"
LOSSES = ROOT / "papers" / "bandit-regret" / "submissions" / "flawed.expected.yaml"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    assert main(["run", str(CONFIG), "--root", str(ROOT), "--runs", str(folder)]) == 0
    return folder


def asked(runs: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--root", str(ROOT), "--runs", str(runs), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_oracle_gets_everything_and_nothing_gets_nothing(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {(row["agent"], row["paper"]): row for row in asked(runs, capsys, "board", "by_paper")}
    assert len(rows) == 5
    for (agent, paper), row in rows.items():
        assert row["coverage"] == 1.0, (agent, paper)
        if agent == "oracle":
            assert row["score"] == pytest.approx(1.0, abs=1e-12)
        if agent == "noop":
            assert row["score"] == 0.0
    assert 0.0 < rows["flawed", "bandit-regret"]["score"] < 1.0


def test_the_flawed_submission_loses_exactly_the_listed_leaves(runs: Path) -> None:
    expected = set(YAML(typ="safe").load(LOSSES.read_text())["loses"])
    (path,) = runs.glob("quickstart/trials/bandit-regret/flawed/1/grading/*/verdicts.jsonl")
    verdicts = [json.loads(line) for line in path.read_text().splitlines()]
    assert {verdict["path"] for verdict in verdicts if verdict["score"] != 1.0} == expected
    assert not [verdict for verdict in verdicts if verdict["verdict"] == "failed"]


def test_running_again_changes_nothing(runs: Path) -> None:
    trials = runs / "quickstart" / "trials"
    before = {path: path.read_bytes() for path in trials.rglob("outcome.json")}
    assert len(before) >= 10
    assert main(["run", str(CONFIG), "--root", str(ROOT), "--runs", str(runs)]) == 0
    assert {path: path.read_bytes() for path in trials.rglob("outcome.json")} == before
