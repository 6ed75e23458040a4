"""Annotations and summaries of GitHub Actions: what GitHub reads is what was meant."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from runner.cli import main
from tests.validators.cases import INVALID
from tests.validators.test_formats import FORMAT_CASES, root
from validators.findings import Finding
from validators.formats import written
from validators.formats.github import command
from validators.formats.markdown import plain, table
from validators.formats.setting import LARGEST, Setting
from validators.report import Report

__all__ = ["root"]

SETTING = Setting("/here", "/here", "1", "", in_actions=True, room=LARGEST)


def understood(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner of GitHub Actions reads it: name, properties, message."""
    match = re.fullmatch(r"::([a-z]+) ([^\r\n]*?)::([^\r\n]*)", line)
    assert match is not None
    name, told, message = match.groups()
    properties = dict(each.split("=", 1) for each in told.split(","))
    marks = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
    for key, value in properties.items():
        for written_as, meant in marks:
            value = value.replace(written_as, meant)  # noqa: PLW2901
        properties[key] = value
    for written_as, meant in (marks[0], marks[1], marks[4]):
        message = message.replace(written_as, meant)
    return name, properties, message


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.text("%:,=\r\n 0A2C", min_size=1)


@given(file=WORDS, message=WORDS, line=st.integers(1, 9999))
def test_a_command_is_read_back_as_it_was_meant(file: str, message: str, line: int) -> None:
    finding = Finding(f"/elsewhere/{file}", line, 7, "R202", message, "warning")
    name, properties, told = understood(command(finding, SETTING))
    assert (name, told) == ("warning", message)
    assert properties == {
        "file": f"/elsewhere/{file}", "line": str(line), "col": "7", "title": "R202",
    }  # fmt: skip


@given(words=WORDS)
def test_markdown_shows_words_as_they_are(words: str) -> None:
    source = f"| a |\n|---|\n| x{plain(words)}x |\n"
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    inline = [token for token in tokens if token.type == "inline"]
    assert len(inline) == 2
    children = inline[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == f"x{' '.join(words.split())}x".replace(
        "\0", "\ufffd"
    )


def many(errors: int, warnings: int) -> Report:
    findings = [Finding("a.yaml", at, 1, "P310", "w", "warning") for at in range(1, warnings + 1)]
    findings += [Finding("b.yaml", at, 1, "R202", "e") for at in range(1, errors + 1)]
    return Report(2, tuple(findings))


@pytest.mark.parametrize(
    ("errors", "warnings", "shown"), [(3, 2, (3, 2)), (40, 2, (10, 2)), (1, 99, (1, 10)), (12, 12, (10, 10))]
)
def test_no_more_than_github_shows_and_errors_first(
    errors: int, warnings: int, shown: tuple[int, int]
) -> None:
    page = written("github", many(errors, warnings), SETTING)
    commands = [line for line in page.out.splitlines() if line.startswith("::")]
    assert [line.startswith("::error") for line in commands] == [True] * shown[0] + [False] * shown[1]
    left = errors + warnings - sum(shown)
    assert (f"{left} more without annotation" in page.out) is (left > 0)
    rows = [line for line in page.summary.splitlines() if re.match(r"\| (error|warning) ", line)]
    assert len(rows) == errors + warnings


def test_a_summary_keeps_to_its_room_and_counts_what_is_left_out() -> None:
    report = many(30000, 10)
    summary = table(report, SETTING)
    assert LARGEST - 500 < len(summary.encode()) <= LARGEST
    left = int(re.search(r"^(\d+) more are left out", summary, re.MULTILINE)[1])  # type: ignore[index]
    assert summary.count("\n| error ") + left == 30010
    small = Setting("/here", "/here", "1", "", in_actions=True, room=900)
    assert len(table(report, small).encode()) <= 900


def test_without_a_summary_the_table_stands_in_the_log() -> None:
    page = written("github", many(11, 0), Setting("/here", "/here", "1", "", in_actions=True))
    assert page.out.count("\n| error ") == 11


def test_the_summary_is_appended_with_links(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = root.parent / "summary.md"
    steps.write_text("# before\n")
    for name, value in {
        "ACTIONS": "true", "STEP_SUMMARY": str(steps), "WORKSPACE": str(root), "SERVER_URL": "https://github.example",
        "REPOSITORY": "owner/name", "SHA": "0123abc",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert main(["check"]) == 1
    assert steps.read_text() == "# before\n" + (FORMAT_CASES / "summary.md").read_text()


def test_names_are_those_of_the_workspace(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = root / "rubrics" / "50%, a:b.yaml"
    shutil.copy(INVALID / "S105-not-one-of.yaml", strange)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root.parent))
    monkeypatch.chdir(root / "papers")
    assert main(["check", str(strange)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {understood(line)[1]["file"] for line in lines} == {"root/rubrics/50%, a:b.yaml"}
    assert all("file=root/rubrics/50%25%2C a%3Ab.yaml," in line for line in lines)


def test_severities_stand_in_order_in_the_table() -> None:
    words = re.findall(r"^\| (error|warning) ", table(many(3, 3), SETTING), re.MULTILINE)
    assert all(one <= other for one, other in pairwise(words))
