"""The doors of the project: `nox -l` lists them, `nox -s NAME` opens one."""

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["validate", "lint", "types", "tests"]
nox.options.default_venv_backend = "virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
QUICKSTART = Path("runs/quickstart")
CONTAINED = Path("runs/quickstart-apptainer")


def install(session: nox.Session, *groups: str, slim: bool = False) -> None:
    """Install the project from this checkout and the named dependency groups."""
    wanted = nox.project.dependency_groups(PYPROJECT, *groups) if groups else ()
    if slim:
        session.install(*wanted)
        session.install("--no-deps", "-e", ".")
    else:
        session.install("-e", ".", *wanted)


@nox.session
def quickstart(session: nox.Session) -> None:
    """Run a whole small benchmark on this machine: plan, attempts, reproduction, grading, leaderboard."""
    install(session)
    shutil.rmtree(QUICKSTART, ignore_errors=True)
    session.run("paperbench", "run", "runner/configs/quickstart.yaml")
    session.run("paperbench", "board")
    session.run("paperbench", "board", "by_paper", "--no-collect")
    session.log("Leaves with a check were checked; the others were decided by answers recorded beforehand")
    session.log("by people (runner/configs/judges/quickstart.answers.jsonl): no model was asked.")
    session.log(f"Plan, attempts, logs and verdicts: {QUICKSTART}/; database for SQL: runs/paperbench.duckdb")
    session.log(f"Ask more: {session.bin}/paperbench score quickstart bandit-regret/flawed/1")


@nox.session(default=False)
def containers(session: nox.Session) -> None:
    """The quick start inside Apptainer images (built now if need be), and the tests of containers."""
    install(session, "tests")
    shutil.rmtree(CONTAINED, ignore_errors=True)
    session.run("paperbench", "run", "runner/configs/quickstart-apptainer.yaml")
    session.run("paperbench", "board")
    session.run(
        "pytest", "-m", "not benchmark", "tests/containers", *session.posargs,
        env={"PAPERBENCH_TEST_CONTAINERS": "required"},
    )  # fmt: skip


@nox.session(reuse_venv=True)
def validate(session: nox.Session) -> None:
    """Check papers, rubrics and configs: `nox -s validate`, or `nox -s validate -- FILE` for one."""
    install(session, "validate", slim=True)
    session.run("paperbench", "check", "--base", "auto", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: `nox -s tests`, or `nox -s tests -- PYTEST-ARGUMENTS`."""
    install(session, "tests")
    session.run("pytest", "-m", "not benchmark", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting of the code."""
    install_only = nox.project.dependency_groups(PYPROJECT, "lint")
    session.install(*install_only)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    install(session, "types")
    session.run("mypy")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Print the benchmarks: each a ratio of two things measured in one run."""
    install(session, "tests")
    session.run("pytest", "-m", "benchmark", "-s", *session.posargs)


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write again what is generated: the JSON Schemas and spec/rules.md."""
    install(session, "validate", slim=True)
    session.run("python", "-m", "validators.schemas")
    session.run("python", "-m", "validators.rules")
