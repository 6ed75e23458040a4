"""The one layout: idempotent, the same data, every comment by its key."""

import difflib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.cli import main
from tests.data_folder import upstream_papers
from tests.validators.cases import CASES, CHECKOUT, VALID
from validators.findings import InvalidDocumentError
from validators.layout.document import laid_out
from validators.layout.keys import shape_of, without_defaults
from validators.yaml_reader import parse_yaml

BEFORE = sorted((CASES / "layout").glob("*.before.yaml"))
OURS = sorted([
    *(CHECKOUT / "spec/v1/examples").glob("*.yaml"),
    *(CHECKOUT / "rubrics").glob("*.yaml"),
    *(CHECKOUT / "papers").glob("*.yaml"),
    *(CHECKOUT / "papers").glob("*/*.yaml"),
    *(CHECKOUT / "runner/configs").glob("**/*.yaml"),
])  # fmt: skip


@pytest.mark.parametrize("before", BEFORE, ids=lambda path: path.name)
def test_case(before: Path) -> None:
    after = before.with_name(before.name.replace(".before.", ".after."))
    text = before.read_bytes().decode()
    written = laid_out(text, before.name)
    assert written == after.read_text(encoding="utf-8")
    assert laid_out(written, before.name) == written


@pytest.mark.parametrize("path", sorted(VALID.glob("*.yaml")), ids=lambda path: path.name)
def test_every_kind_stays_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = laid_out(text, path.name)
    assert laid_out(written, path.name) == written
    before, after = (parse_yaml(each, path.name).data for each in (text, written))
    shape = shape_of(before["schema"])
    assert without_defaults(before, shape) == without_defaults(after, shape)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_our_own_files_are_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    change = "".join(difflib.unified_diff(text.splitlines(True), laid_out(text, path.name).splitlines(True)))
    assert change == "", f"paperbench rubric fmt {path}"


WORDS = st.text(st.sampled_from("ab:#-'\"\\ %é\U0001d11e,[]{}0.,\n\t~?&*!|>@`="), max_size=30)
LONG = st.lists(st.sampled_from(["step", "- x", "#c", "a:", "'q'", '"', "é", "0.1"]), min_size=9, max_size=60)
TEXTS = st.one_of(
    WORDS, LONG.map(" ".join), st.sampled_from(["no", "12e3", "1:30", "2026-01-31", "0x1f", ""])
)


@st.composite
def criteria(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    criterion: dict[str, Any] = {"id": draw(TEXTS), "requirement": draw(TEXTS)}
    if draw(st.booleans()):
        criterion["weight"] = draw(st.integers(1, 3))
    if depth and draw(st.booleans()):
        criterion["children"] = draw(st.lists(criteria(depth=depth - 1), max_size=3))
    else:
        criterion["category"] = draw(st.sampled_from(["Code Development", None]))
    if draw(st.booleans()):
        criterion["check"] = {"min_count": 1, "kind": "log_matches", "pattern": draw(TEXTS)}
    keys = draw(st.permutations(list(criterion)))
    return {key: criterion[key] for key in keys}


def plain(text: str, draw: random.Random, indent: str) -> list[str]:
    """The text in one of the other ways that a reader takes for the same."""
    lines = text.split("\n")
    ways = [[text], ["'" + text.replace("'", "''") + "'"], ["|-", *(indent + " " + line for line in lines)],
            [">-", *(indent + " " + line for line in "\n\n".join(lines).split("\n"))],
            [text[: len(text) // 2], f"{indent} {text[len(text) // 2 :].lstrip()}"]]  # fmt: skip
    way = draw.choice(ways)
    try:
        again = parse_yaml("\n".join([f"x: {way[0]}", *way[1:]]), "x").data
    except InvalidDocumentError:
        return [json.dumps(text)]
    return way if again == {"x": text} else [json.dumps(text)]


def spelt(value: Any, draw: random.Random, indent: str = "", *, lines_of_text: bool = True) -> list[str]:
    """The data as some author might write it: blocks of odd indents, or JSON."""
    if isinstance(value, str) and lines_of_text and draw.random() < 0.7:
        return plain(value, draw, indent + "  ")
    if not value or not isinstance(value, dict | list) or draw.random() < 0.1:
        return [json.dumps(value, ensure_ascii=draw.random() < 0.5)]
    deeper = indent + " " * draw.randint(1, 3)
    lines = [""]
    if isinstance(value, list):
        for item in value:
            first, *rest = spelt(item, draw, deeper + "  ", lines_of_text=lines_of_text)
            lines += [f"{deeper}- {first}" if first else f"{deeper}-", *rest]
        return lines
    for key, item in value.items():
        first, *rest = spelt(item, draw, deeper, lines_of_text=lines_of_text)
        lines += [f"{deeper}{json.dumps(key)}: {first}", *rest]
    return lines


DOCUMENTS = st.builds(
    lambda criterion, seed: (criterion, random.Random(seed)), criteria(), st.integers(0, 1 << 30)
)


def written_by_somebody(
    criterion: dict[str, Any], draw: random.Random, *, lines_of_text: bool = True
) -> list[str]:
    document = {"criterion": criterion, "paper": "p", "revision": 1, "status": "draft"}
    body = spelt(document, draw, lines_of_text=lines_of_text)[1:]
    indent = len(body[0]) - len(body[0].lstrip()) if body else 0
    return [" " * indent + "schema: rubric/v1", *body] if body else ["schema: rubric/v1"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=DOCUMENTS)
def test_any_rubric_keeps_its_data_and_its_layout(drawn: tuple[dict[str, Any], random.Random]) -> None:
    criterion, draw = drawn
    text = "\n".join(written_by_somebody(criterion, draw))
    data = parse_yaml(text, "x").data
    written = laid_out(text, "x")
    shape = shape_of("rubric/v1")
    again = parse_yaml(written, "x").data
    assert without_defaults(again, shape) == without_defaults(data, shape) == without_defaults(again, shape)
    assert laid_out(written, "x") == written
    assert written.rstrip("\n") + "\n" == written


def commented(lines: list[str], draw: random.Random) -> list[str]:
    """The lines with comments and blank lines between them, wherever they may stand."""
    found = []
    for number, line in enumerate(lines):
        if draw.random() < 0.3:
            found.append(" " * draw.randint(0, 12) + f"# above {number}")
        if draw.random() < 0.2:
            found.append("")
        found.append(line)
    return [*found, "  # the end"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=DOCUMENTS)
def test_no_comment_is_lost(drawn: tuple[dict[str, Any], random.Random]) -> None:
    criterion, draw = drawn
    text = "\n".join(commented(written_by_somebody(criterion, draw, lines_of_text=False), draw))
    written = laid_out(text, "x")
    assert laid_out(written, "x") == written
    kept = [line for line in text.split("\n") if line.strip().startswith("# ")]
    assert sorted(map(str.strip, kept)) == sorted(
        line.strip() for line in written.split("\n") if line.strip().startswith("# ")
    )


def numbered(criterion: dict[str, Any], path: str = "c") -> dict[str, Any]:
    """The criterion with ids by which it can be told from all others, keys in order."""
    children = [
        numbered(child, f"{path}{number}") for number, child in enumerate(criterion.get("children", []))
    ]
    named = {"id": path, "requirement": f"Do {path}.", "weight": 2, "category": criterion.get("category")}
    return named | {"check": {"kind": "exit_status", "equals": 1}} | {"children": children}


def with_comments(
    value: dict[str, Any], order: random.Random | None, path: str, indent: str = ""
) -> list[str]:
    """A block where the path of a key decides on its comments, its keys in order or not; the first stays."""
    first, *rest = [key for key in value if value[key] not in (None, [])]
    if order is not None:
        order.shuffle(rest)
    lines = []
    for key in [first, *rest]:
        here, item = f"{path}/{key}", value[key]
        chance = random.Random(here)
        if key != first and chance.random() < 0.4:
            lines += [""] * chance.randint(0, 1) + [f"{indent}# above {here}"] * chance.randint(1, 2)
        beside = f"  # beside {here}" if chance.random() < 0.3 else ""
        if isinstance(item, dict):
            lines += [f"{indent}{key}:{beside}", *with_comments(item, order, here, indent + "  ")]
        elif isinstance(item, list):
            lines.append(f"{indent}{key}:{beside}")
            for child in item:
                deeper = with_comments(child, order, f"{here}/{child['id']}", indent + "    ")
                lines += [f"{indent}  # above {here}/{child['id']}"] * chance.randint(0, 1)
                lines += [f"{indent}  - {deeper[0].lstrip()}", *deeper[1:]]
        else:
            lines.append(f"{indent}{key}: {item}{beside}")
    if random.Random(path).random() < 0.3:
        lines.append(f"{indent}# below {path}")
    return lines


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=DOCUMENTS)
def test_comments_go_where_their_keys_go(drawn: tuple[dict[str, Any], random.Random]) -> None:
    criterion, draw = drawn
    document = {"schema": "rubric/v1", "paper": "p", "revision": 1, "status": "draft"}
    document["criterion"] = numbered(criterion)
    tidy = "\n".join(with_comments(document, None, "")) + "\n"
    shuffled = "\n".join(with_comments(document, draw, "")) + "\n"
    assert laid_out(tidy, "x") == tidy
    assert laid_out(shuffled, "x") == tidy


def test_imported_papers_are_laid_out(tmp_path: Path) -> None:
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(tmp_path)]) == 0
    files = sorted(tmp_path.glob("*/**/*.yaml"))
    assert len(files) > 30
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert laid_out(text, str(path)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "Y001"),
        ("- a\n", "S101"),
        ("a: 1\n", "S101"),
        ("schema: ruric/v1\n", "S101"),
        ("a: &x 1\n", "Y003"),
    ],
)
def test_what_is_no_document_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        laid_out(text, "x.yaml")
    assert [finding.code for finding in caught.value.findings] == [code]
