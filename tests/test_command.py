"""The command as a whole: starting fast, speaking plainly, exit statuses."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner import __version__
from runner.cli import main
from runner.cli.verbs import VERBS

BANNED = {"openai", "duckdb", "pydantic"}


def imported_by(*arguments: str) -> tuple[set[str], str]:
    """The top-level modules that a run of the command imports, and what it prints."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", *arguments],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 10
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}, done.stdout


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_starting_imports_no_heavy_library(argument: str) -> None:
    modules, _ = imported_by(argument)
    assert "runner" in modules
    assert not modules & BANNED


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_imports_no_heavy_library(verb: str) -> None:
    modules, text = imported_by(verb, "--help")
    assert not modules & BANNED
    assert text.startswith(f"usage: paperbench {verb}")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"paperbench {__version__}\n"


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"    {verb}" in shown for verb in VERBS)


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["run"], ["board", "--nonsense"]])
def test_a_command_line_that_cannot_be_understood_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_no_data_root_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 2
    assert capsys.readouterr().err == (
        "paperbench: no folder upwards holds papers/ and rubrics/; give one with --root\n"
    )
