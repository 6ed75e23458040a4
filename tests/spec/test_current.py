"""What is generated in spec/ is current, and speaks for other validators too."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from runner.cli import main
from tests.validators.cases import CASES, CHECKOUT
from validators.kinds import SPEC, kinds, schema_path
from validators.models import DOCUMENTS
from validators.rules import CATALOGUE
from validators.rules.__main__ import RULES_PAGE, rules_text
from validators.rules.rule import page
from validators.schemas import schema_text
from validators.yaml_reader import read_yaml

EXAMPLES = SPEC / "examples"


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_schemas_are_current(kind: str) -> None:
    assert schema_path(kind).read_text(encoding="utf-8") == schema_text(kind), (
        "run: python -m validators.schemas"
    )


def test_there_is_a_schema_for_each_kind_and_no_other() -> None:
    assert kinds() == tuple(sorted(DOCUMENTS))


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_schemas_are_good_and_portable(kind: str) -> None:
    text = schema_path(kind).read_text(encoding="utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == kind
    assert schema["description"]
    assert schema["properties"]["schema"] == {"const": kind, "type": "string"}
    for pattern in re.findall(r'"pattern": (".*")', text):
        # JavaScript reads \Z as the letter Z, and $ of Python leaves a line's end over.
        assert "\\Z" not in json.loads(pattern)
        assert "$" not in json.loads(pattern)


def test_the_rules_page_is_current() -> None:
    assert RULES_PAGE.read_text(encoding="utf-8") == rules_text(), "run: python -m validators.rules"


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_page_says_what_why_and_how(entry: object) -> None:
    text = page(entry)  # type: ignore[arg-type]
    head, _, rest = text.partition("\n\n")
    assert head.endswith(".")
    assert "\n" not in head
    order = [rest.index("Why: "), rest.index("\nMend: "), rest.index("\nExample:")]
    assert order == sorted(order)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_code_is_explained(entry: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", entry.code.lower()]) == 0  # type: ignore[attr-defined]
    assert capsys.readouterr().out.startswith(f"{entry.code}: ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_there_is_a_commented_example_of_each_kind(kind: str) -> None:
    path = EXAMPLES / f"{kind.split('/', maxsplit=1)[0]}.yaml"
    assert read_yaml(path).data["schema"] == kind
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema=../{schema_path(kind).name}\n")
    assert text.count("#") > 2


def test_the_examples_are_clean() -> None:
    assert main(["check", str(EXAMPLES)]) == 0


def test_the_changelog_has_dated_lines() -> None:
    lines = (SPEC.parent / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.startswith("- ")]
    assert entries
    assert all(re.match(r"- 20[0-9]{2}-[0-9]{2}-[0-9]{2} ", line) for line in entries)


def test_spec_holds_no_python_and_no_paths_of_a_machine() -> None:
    files = [path for path in SPEC.parent.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix == ".py"]
    assert CASES.is_relative_to(CHECKOUT)
