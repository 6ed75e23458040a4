"""The quick start says the same of every leaf, with and without a container."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from runner.cli import main

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "runner" / "configs"
LOSSES = ROOT / "papers" / "bandit-regret" / "submissions" / "flawed.expected.yaml"
Verdicts = dict[tuple[str, str], tuple[str, Any, str]]


def verdicts(runs: Path, run: str) -> Verdicts:
    """What was said of each leaf of each trial, and by whom."""
    said: Verdicts = {}
    for path in (runs / run).glob("trials/*/*/*/grading/*/verdicts.jsonl"):
        for line in map(json.loads, path.read_text().splitlines()):
            said[line["trial"], line["path"]] = (line["verdict"], line["score"], line["by"])
    return said


def run(config: Path, runs: Path) -> Verdicts:
    assert main(["run", str(config), "--root", str(ROOT), "--runs", str(runs)]) == 0
    return verdicts(runs, config.stem)


@pytest.fixture(scope="module")
def inside(sif: Path, sif_digest: str, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """The verdicts of quickstart-apptainer.yaml, in the image under test."""
    folder = tmp_path_factory.mktemp("inside")
    document = YAML(typ="safe").load((CONFIGS / "quickstart-apptainer.yaml").read_text())
    assert document["container"] == "apptainer"
    document["images"] = {"reproduce": {"sif": str(sif), "sha256": sif_digest}}
    config = folder / "quickstart-apptainer.yaml"
    config.write_text(json.dumps(document))
    return run(config, folder / "runs")


def test_every_verdict_is_the_same_as_without_a_container(inside: Verdicts, tmp_path: Path) -> None:
    outside = run(CONFIGS / "quickstart.yaml", tmp_path / "runs")
    assert len(outside) == 50 + 49 + 49
    assert inside == outside


def test_the_oracle_has_everything_and_the_flawed_loses_what_is_listed(inside: Verdicts) -> None:
    expected = set(YAML(typ="safe").load(LOSSES.read_text())["loses"])
    lost: dict[str, set[str]] = {}
    for (trial, leaf), (verdict, score, _) in inside.items():
        assert verdict != "failed"
        if score != 1.0:
            lost.setdefault(trial.split("/")[1], set()).add(leaf)
    assert "oracle" not in lost
    assert lost["flawed"] == expected
