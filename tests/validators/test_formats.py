"""The formats of paperbench check for people and programs: text and JSON, and which one is taken."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import CASES, CHECKOUT, INVALID, ROOT, VALID
from validators.findings import Finding
from validators.formats import FORMATS, written
from validators.formats.setting import Setting, coloured
from validators.report import Report

FORMAT_CASES = CASES / "formats"
BROKEN = INVALID / "S105-not-one-of.yaml"
SETTING = Setting("/root", "/root", "1", "file:///rules.md")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with errors, a warning and a waived error; the working folder."""
    folder = tmp_path / "root"
    shutil.copytree(ROOT, folder)
    shutil.copytree(FORMAT_CASES / "findings", folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("form", "golden"), [("text", "report.txt"), ("json", "report.json"), ("github", "report.github.txt")]
)
def test_it_prints_what_stands_in_the_golden_file(
    form: str, golden: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", form, "--warnings"]) == 1
    assert capsys.readouterr().out == (FORMAT_CASES / golden).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", [name for name, _ in FORMATS])
@pytest.mark.parametrize("strict", [False, True])
def test_the_exit_status_is_the_same_in_every_format(form: str, strict: bool, tmp_path: Path) -> None:
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    words = ["check", "--root", str(tmp_path), "--format", form, *(["--strict"] if strict else [])]
    assert main(words) == 0
    shutil.copytree(INVALID / "P310-half-hydrated", tmp_path, dirs_exist_ok=True)
    assert main(words) == (1 if strict else 0)
    shutil.copy(BROKEN, tmp_path / "rubrics" / "demo.yaml")
    assert main(words) == 1


def test_strict_takes_warnings_for_errors(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--strict", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["errors"], report["warnings"]) == (3, 0)
    assert {finding["severity"] for finding in report["findings"]} == {"error"}


def test_the_summary_tells_errors_from_warnings_and_waived(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 1
    assert capsys.readouterr().err == "16 files, 2 errors, 1 warning, 1 waived\n"


def test_warnings_that_were_only_counted_stand_in_a_table() -> None:
    counted = {"rubrics/a.yaml": {"R213": 9, "R216": 1}, "rubrics/long.yaml": {"R213": 120}, "x.yaml": {}}
    out = written("text", Report(3, (), counted), SETTING).out.splitlines()
    assert "paperbench check FILE" in out[0]
    assert out[1:] == ["  rubrics/a.yaml      10  9 R213, 1 R216", "  rubrics/long.yaml  120  120 R213"]


def test_notes_stand_beside_the_sums() -> None:
    page = written("text", Report(2, (), notes={"quotes not checked": 7}), SETTING)
    assert (page.out, page.err) == ("", "7 quotes not checked\n2 files, clean\n")


@pytest.mark.parametrize(
    ("environment", "is_terminal", "expected"),
    [
        ({"TERM": "xterm"}, True, True),
        ({}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
    ],
)
def test_who_gets_colours(environment: dict[str, str], is_terminal: bool, expected: bool) -> None:
    assert coloured(environment, is_terminal=is_terminal) is expected


def test_colours_tell_warnings_from_errors_and_leave_the_place_whole() -> None:
    findings = tuple(
        Finding("a.yaml", line, 1, "R200", "said", severity)  # type: ignore[arg-type]
        for line, severity in ((1, "error"), (2, "warning"))
    )
    setting = Setting("/", "/", "1", "", coloured_out=True)
    error, warning = written("text", Report(1, findings), setting).out.splitlines()
    assert error.replace(":1:1:", ":2:1:") != warning
    assert error.split("\033[0m")[1].startswith(":1:1: ")


def on_a_terminal(words: list[str], **environment: str) -> str:
    """What the command shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    base = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        [sys.executable, "-m", "runner", "check", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, env=base | environment, check=False,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # the other end is closed: Linux says so by an error
        pass
    os.close(ours)
    return shown.decode()


def test_a_terminal_gets_colours_unless_it_is_asked_for_none() -> None:
    words = [str(BROKEN)]
    assert "\033[1;31mS105\033[0m" in on_a_terminal(words, TERM="xterm")
    for environment in ({"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}):
        plain = on_a_terminal(words, **environment)
        assert "\033" not in plain
        assert "1 file, 4 errors" in plain


def test_actions_get_annotations_unless_a_format_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    main(["check", str(BROKEN)])
    assert capsys.readouterr().out.startswith("::error file=")
    main(["check", str(BROKEN), "--format", "text"])
    assert "S105-not-one-of.yaml:4:9: S105 " in capsys.readouterr().out
    main(["check", str(BROKEN), "--json"])
    assert json.loads(capsys.readouterr().out)["errors"] == 4


@pytest.mark.parametrize("form", [name for name, _ in FORMATS])
def test_a_name_that_is_no_text_is_shown_all_the_same(form: str, root: Path) -> None:
    try:
        shutil.copy(os.fsencode(BROKEN), os.fsencode(root / "rubrics") + b"/d\xff.yaml")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    summary = root / "summary.md"
    done = subprocess.run(
        [sys.executable, "-m", "runner", "check", "--format", form, b"rubrics/d\xff.yaml"],
        cwd=root, capture_output=True, check=False,
        env=os.environ | {
            "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(CHECKOUT), "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(summary),
        },
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    name = "d%FF.yaml" if form == "sarif" else "d\\udcff.yaml"
    assert name in done.stdout.decode()
    assert form != "github" or "udcff" in summary.read_text()


def test_json_has_its_keys_when_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", str(VALID / "splits.yaml")]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "files": 1, "errors": 0, "warnings": 0, "findings": [], "waived": [], "notes": {},
    }  # fmt: skip


def test_a_family_of_codes_is_explained_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "r20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "R202 (error): A criterion has an id of its own among its siblings." in lines
    assert all(line.startswith("R20") for line in lines)
    assert main(["check", "--explain", "P310"]) == 0
    assert capsys.readouterr().out.endswith("\nSeverity: warning\n")
    assert main(["check", "--explain", ""]) == 2
