"""A data root with PaperBench's own rice rubric and our stand-in repository, made from upstream's data."""

import json
import shutil
from pathlib import Path
from typing import Any

from runner.cli import main
from tests.data_folder import upstream_data

STAND_IN = Path(__file__).parent / "stand_in"
GROUPS = {"anthropic": 0.7114, "openai": 0.2829, "llama4": 0.0}

AGENT = """\
schema: agent/v1
id: stand-in
kind: submission
label: stand-in, no replication
submissions:
  - paper: rice
    folders: [{folders}]
"""
SITE = "schema: site/v1\nid: local\nscheduler: local\nworkers: 1\n"
RUN = """\
schema: run/v1
id: {name}
papers: [rice]
agents: [{{id: stand-in}}]
attempts: {attempts}
protocol: {protocol}
limits:
  rollout: {{time_limit_minutes: 1}}
  reproduce: {{time_limit_minutes: 1}}
judge: {judge}
"""


def rice_root(folder: Path) -> Path:
    """A data root that holds rice as upstream has it, an agent with stand-ins, and a one-worker site."""
    root = folder / "root"
    assert main(["import", "upstream", str(upstream_data() / "paperbench"), "--out", str(root), "rice"]) == 0
    configs = root / "runner" / "configs"
    for name in ("agents", "judges", "sites"):
        (configs / name).mkdir(parents=True)
    (configs / "sites" / "local.yaml").write_text(SITE)
    copies = [str(shutil.copytree(STAND_IN, folder / f"stand-in-{number}")) for number in (1, 2, 3)]
    (configs / "agents" / "stand-in.yaml").write_text(AGENT.format(folders=", ".join(copies)))
    return root


def write_run(root: Path, name: str, *, attempts: int, protocol: str, judge: str) -> Path:
    """A run config of that name."""
    path = root / "runner" / "configs" / f"{name}.yaml"
    path.write_text(RUN.format(name=name, attempts=attempts, protocol=protocol, judge=judge))
    return path


def import_grades(root: Path, runs: Path) -> None:
    """The three real graded runs of rice."""
    places = ["--root", str(root), "--runs", str(runs)]
    assert main(["import", "grades", str(upstream_data() / "graded_runs"), *places]) == 0


def imported_trial(runs: Path, group: str) -> str:
    """The id of the trial that was imported from the run group whose name holds this word."""
    plan = json.loads((runs / "imported" / "plan.lock").read_text())
    (trial,) = [trial["id"] for trial in plan["trials"] if group in trial["id"]]
    return str(trial)


def board(capsys: Any, root: Path, runs: Path, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a board."""
    capsys.readouterr()
    assert main(["board", *arguments, "--root", str(root), "--runs", str(runs), "--json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows
