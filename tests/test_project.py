"""The project itself: its packaging, its doors, its promises about dependencies."""

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OURS = {"runner", "validators"}


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_no_dependency_installs_a_module_of_our_names() -> None:
    owners = {name: set(metadata.packages_distributions().get(name, ())) for name in OURS}
    assert all(owner <= {"paperbench-hpc"} for owner in owners.values()), owners


def test_the_slim_group_repeats_lines_of_the_dependencies() -> None:
    project = pyproject()
    slim = project["dependency-groups"]["validate"]
    assert set(slim) < set(project["project"]["dependencies"])
    assert not any(line.startswith(("openai", "duckdb")) for line in slim)


def test_every_door_says_what_it_opens() -> None:
    source = (ROOT / "noxfile.py").read_text()
    sessions = re.findall(r"@nox\.session(?:\(.*\))?\ndef (\w+)\(.*\) -> None:\n    (.*)\n", source)
    assert {name for name, _ in sessions} >= {"quickstart", "tests", "validate", "lint", "types"}
    assert all(re.fullmatch(r'"""[A-Z].*[.]"""', line) for _, line in sessions)


def test_continuous_integration_calls_the_commands_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = re.findall(r"^python3 -m venv .*$", readme, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert all(command in script for command in commands)


def test_only_one_room_starts_processes() -> None:
    starters = [
        path.relative_to(ROOT).as_posix()
        for folder in sorted(OURS)
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"^\s*(?:import subprocess|from subprocess)", path.read_text(), re.MULTILINE)
    ]
    # The supervisor is the other end of processes.py: the program that it starts.
    assert starters == ["runner/processes.py", "runner/supervisor.py"]


def test_imports_never_point_back() -> None:
    for path in (ROOT / "validators").rglob("*.py"):
        assert not re.search(r"^\s*(?:from|import) runner\b", path.read_text(), re.MULTILINE), path


def test_files_stay_small() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for folder in OURS
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name for name, lines in sizes.items() if lines > 300} == set()
