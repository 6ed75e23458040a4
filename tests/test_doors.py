"""The doors that others open: the workflow of GitHub and the hooks of pre-commit."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.test_project import ROOT, pyproject

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def data(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_pass_their_schema(workflow: Path) -> None:
    # The schema comes with the package; nothing is fetched.
    schema = ["--builtin-schema", "vendor.github-workflows"]
    words = [sys.executable, "-m", "check_jsonschema", *schema, str(workflow)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_ask_for_little(workflow: Path) -> None:
    text, loaded = workflow.read_text(encoding="utf-8"), data(workflow)
    assert loaded["permissions"] == {"contents": "read"}
    writers = {
        name
        for name, job in loaded["jobs"].items()
        if any(right == "write" for right in job.get("permissions", {}).values())
    }
    assert writers <= {"code-scanning"}
    steps = [step for job in loaded["jobs"].values() for step in job["steps"]]
    # An expression in a script is text of strangers in a shell.
    assert not [step for step in steps if "${{" in step.get("run", "")]
    assert all(re.fullmatch(r"[\w./-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert all("timeout-minutes" in job for job in loaded["jobs"].values())
    assert "pull_request_target" not in text


def test_a_pull_request_is_checked_with_its_history() -> None:
    loaded = data(ROOT / ".github" / "workflows" / "validate.yml")
    assert loaded["on"]["push"] == {"branches": ["main"]}
    for glob in loaded["on"]["pull_request"]["paths"]:
        assert (ROOT / glob.removesuffix("/**")).exists(), glob
    steps = loaded["jobs"]["validate"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 0
    assert "nox -s validate" in [step.get("run") for step in steps]


def test_the_code_is_tested_on_the_oldest_python_and_the_newest() -> None:
    job = data(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]["tests"]
    least = pyproject()["project"]["requires-python"].removeprefix(">=")
    assert job["strategy"]["matrix"]["python"][0] == least
    runs = {step["run"] for step in job["steps"] if "run" in step}
    assert runs >= {"nox -s lint", "nox -s types", "nox -s tests"}


def test_hooks_call_commands_that_there_are() -> None:
    hooks = data(ROOT / ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["paperbench-check"]
    for hook in hooks:
        command, verb = hook["entry"].split(" ")
        assert command in pyproject()["project"]["scripts"]
        assert verb == "check"
        places = ["rubrics/a.yaml", "papers/a/paper.md", "papers/waivers.yaml", "runner/configs/sites/b.yaml"]
        places += ["runner/prompts/judge-v1.md", "sif/agent.def"]
        assert all(re.search(hook["files"], place) for place in places)
        assert not re.search(hook["files"], "tests/cases/root/rubrics/demo.yaml")


def test_the_wheel_that_a_hook_installs_carries_the_schemas() -> None:
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["only-include"] == ["runner", "spec", "validators"]
