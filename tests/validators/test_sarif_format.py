"""SARIF: it passes the official schema, and says where things are."""

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft4Validator

from runner.cli import main
from tests.validators.cases import CHECKOUT, INVALID
from tests.validators.test_formats import FORMAT_CASES, root
from validators.findings import Finding
from validators.formats import written
from validators.formats.setting import Setting
from validators.report import Report
from validators.rules import CATALOGUE

__all__ = ["root"]

SCHEMA = json.loads((CHECKOUT / "tests/schemas/sarif-2.1.0-rtm.4.json").read_text(encoding="utf-8"))


def sound(text: str) -> dict[str, Any]:
    """The only run of a SARIF log, after the official schema and what it does not say was held against it."""
    log = json.loads(text)
    Draft4Validator(SCHEMA).validate(log)
    run: dict[str, Any] = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        parts = urlsplit(place["uri"])
        assert (parts.scheme == "") is ("uriBaseId" in place)
        assert place.get("uriBaseId", "SRCROOT") in run["originalUriBaseIds"]
        assert (parts.query, parts.fragment) == ("", "")
    return run


@pytest.fixture
def run_of(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> dict[str, Any]:
        main(["check", "--format", "sarif", *words])
        return sound(capsys.readouterr().out)

    return run


def test_it_is_what_stands_in_the_golden_file(root: Path, run_of: Any) -> None:
    run = run_of()
    # The catalogue grows; the golden file need not.
    del run["tool"]
    for result in run["results"]:
        del result["ruleIndex"]
    golden = FORMAT_CASES / "report.sarif.json"
    assert run == json.loads(golden.read_text(encoding="utf-8"))


def test_every_rule_is_there_with_its_page(root: Path, run_of: Any) -> None:
    rules = run_of()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [entry.code for entry in CATALOGUE]
    anchors = (CHECKOUT / "spec" / "rules.md").read_text(encoding="utf-8")
    for rule, entry in zip(rules, CATALOGUE, strict=True):
        assert rule["defaultConfiguration"] == {"level": entry.severity}
        assert rule["helpUri"].endswith(f"/spec/rules.md#{entry.code.lower()}")
        assert f"\n### {entry.code}\n" in anchors
        assert rule["help"]["text"].startswith(rule["shortDescription"]["text"])
        assert rule["fullDescription"]["text"].count("Why: ") == 1


def test_inside_actions_help_links_to_the_commit(run_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"ACTIONS": "true", "WORKSPACE": str(CHECKOUT), "SERVER_URL": "https://github.example"}
    for name, value in (values | {"REPOSITORY": "o/r", "SHA": "abc"}).items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    run = run_of(str(INVALID / "S105-not-one-of.yaml"))
    rules = run["tool"]["driver"]["rules"]
    assert rules[0]["helpUri"] == "https://github.example/o/r/blob/abc/spec/rules.md#y001"
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {
        "tests/cases/invalid/S105-not-one-of.yaml"
    }
    assert places[0]["region"] == {"startLine": 4, "startColumn": 9}


def test_strange_names_are_encoded(root: Path, run_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "50% ä#?a:b.yaml"
    (root / ".git").mkdir()
    monkeypatch.chdir(root / "papers")
    for folder in (root, root.parent):
        shutil.copy(INVALID / "S105-not-one-of.yaml", folder / name)
        uris = {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for result in run_of(str(folder / name))["results"]
        }
        assert len(uris) == 1
        uri = uris.pop()
        assert uri.isascii()
        shown = name if folder == root else f"file://{folder}/{name}"
        assert unquote(uri) == shown


def test_braces_are_no_placeholders(run_of: Any, root: Path) -> None:
    texts = [result["message"]["text"] for result in run_of()["results"]]
    assert any("'{{weigh%|:t}}'" in text for text in texts)


def test_it_keeps_to_the_results_that_github_shows() -> None:
    findings = tuple(Finding("a.yaml", at, 1, "R245", "w", "warning") for at in range(1, 5000))
    findings += tuple(Finding("b.yaml", at, 1, "R202", "e") for at in range(1, 5))
    setting = Setting("/here", "/here", "1.2.3", "file:///rules.md")
    run = sound(written("sarif", Report(2, findings, notes={"quotes not checked": 3}), setting).out)
    assert len(run["results"]) == 5000
    assert [result["level"] for result in run["results"][:5]] == ["error"] * 4 + ["warning"]
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[0] == "3 quotes not checked"
    assert notes[1].startswith("3 results left out")
