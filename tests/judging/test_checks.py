"""Deterministic checks, one by one and over arbitrary input."""

import csv
import io
import json
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from validators.checks import CheckEvidence, CheckResult, InvalidCheckError, evaluate
from validators.checks.files import RefusedFileError, read_inside
from validators.checks.numbers import (
    NoNumberError,
    PointerError,
    csv_number,
    json_number,
    pointer_tokens,
    within,
)
from validators.checks.patterns import count_lines, matching_files
from validators.models.checks import Check

CHECK: TypeAdapter[Any] = TypeAdapter(Check)
LOG = "start\r\nepoch 1 loss 0.5\repoch 2 loss 0.25\nd\u00e9j\u00e0 vu\ndone"
FILES: dict[str, str | bytes] = {
    "main.py": "import torch\nmodel = Net()\nmodel.train()\n",
    "src/net.py": "class Net:\n    pass\n",
    "src/deep/er/x.py": "y = 1\n",
    "empty.txt": "",
    "out.json": '{"a": {"b/c": [1.5, "2", true, null, NaN, 1e999]}, "m~n": 3, "": 4, "big": 1%s}'
    % ("0" * 22),
    "bad.json": "{",
    "table.csv": "\ufeffmethod, lr ,loss\nsgd,0.1,0.30\nsgd,0.01,0.50\nadam,0.1,nan\nodd,1,1_0\n",
    "latin.txt": b"caf\xe9 ok\n",
}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> CheckEvidence:
    """A submission's files, its log and status 3."""
    root = tmp_path_factory.mktemp("submission")
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (root / "link.py").symlink_to("/etc/hostname")
    (root / "linked").symlink_to("/etc")
    os.mkfifo(root / "pipe.txt")
    extra = {"link.py", "linked/hostname", "pipe.txt", "gone.txt", "../up.txt", "src"}
    return CheckEvidence(root, frozenset(FILES) | extra, 3, LOG)


def decide(evidence: CheckEvidence, **check: Any) -> CheckResult:
    """The result of a check given as data."""
    return evaluate(CHECK.validate_json(json.dumps(check)), evidence)


@pytest.mark.parametrize(
    ("check", "met", "words"),
    [
        ({"kind": "file_exists", "glob": "main.py"}, True, "main.py exists"),
        ({"kind": "file_exists", "glob": "**/x.py"}, True, "src/deep/er/x.py"),
        ({"kind": "file_exists", "glob": "**/main.py"}, True, "main.py"),
        ({"kind": "file_exists", "glob": "./src/*.py"}, True, "src/net.py"),
        ({"kind": "file_exists", "glob": "src/x.py"}, False, "no file"),
        ({"kind": "file_exists", "glob": "*/x.py"}, False, "no file"),
        ({"kind": "file_exists", "glob": "empty.txt"}, False, "has 0 bytes"),
        ({"kind": "file_exists", "glob": "main.py", "min_bytes": 1000}, False, "bytes"),
        ({"kind": "file_exists", "glob": "link.py"}, False, "symlinks never"),
        ({"kind": "file_exists", "glob": "linked/*"}, False, "symlinks never"),
        ({"kind": "file_exists", "glob": "pipe.txt"}, False, "no regular file"),
        ({"kind": "file_exists", "glob": "src"}, False, "no regular file"),
        ({"kind": "file_exists", "glob": "gone.txt"}, False, "cannot be read"),
        ({"kind": "file_exists", "glob": "MAIN.py"}, False, "no file"),
        ({"kind": "text_matches", "glob": "**/*.py", "pattern": r"^class\s+Net\b"}, True, "src/net.py"),
        ({"kind": "text_matches", "glob": "**", "pattern": "model", "min_count": 2}, True, "main.py"),
        ({"kind": "text_matches", "glob": "main.py", "pattern": "model", "min_count": 3}, False, "2 lines"),
        ({"kind": "text_matches", "glob": "main.py", "pattern": "Net..model"}, False, "0 lines"),
        ({"kind": "text_matches", "glob": "latin.txt", "pattern": "^caf. ok$"}, True, "latin.txt"),
        ({"kind": "text_matches", "glob": "link.py", "pattern": "."}, False, "not looked at"),
        ({"kind": "exit_status", "equals": 3}, True, "status 3"),
        ({"kind": "exit_status"}, False, "0 is asked for"),
        ({"kind": "log_matches", "pattern": "^epoch .* loss", "min_count": 2}, True, "2 lines"),
        ({"kind": "log_matches", "pattern": "^d\u00e9j. vu$"}, True, "1 lines"),
        ({"kind": "log_matches", "pattern": "(a+)+$"}, False, "0 lines"),
    ],
)
def test_files_texts_status_and_log(evidence: CheckEvidence, check: Any, met: bool, words: str) -> None:
    result = decide(evidence, **check)
    assert (result.met, words in result.message) == (met, True), result


@pytest.mark.parametrize(
    ("where", "tolerance", "met"),
    [
        ({"file": "out.json", "pointer": "/a/b~1c/0", "equals": 1.5}, {}, True),
        ({"file": "./out.json", "pointer": "/a/b~1c/0", "equals": 1.4}, {"abs_tolerance": 0.1}, True),
        ({"file": "out.json", "pointer": "/a/b~1c/0", "equals": 1.4}, {"abs_tolerance": 0.09}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/0", "equals": 1.2}, {"rel_tolerance": 0.25}, True),
        ({"file": "out.json", "pointer": "/a/b~1c/0", "equals": -1.5}, {"rel_tolerance": 1.0}, False),
        ({"file": "out.json", "pointer": "/m~0n", "equals": 3}, {}, True),
        ({"file": "out.json", "pointer": "/", "equals": 4}, {}, True),
        ({"file": "out.json", "pointer": "/big", "equals": 1e22}, {}, True),
        ({"file": "out.json", "pointer": "/a/b~1c/1", "equals": 2}, {}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/2", "equals": 1}, {}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/3", "equals": 0}, {}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/4", "equals": 0}, {"abs_tolerance": 1e308}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/5", "equals": 1e308}, {"rel_tolerance": 1e308}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/00", "equals": 1.5}, {}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/-", "equals": 1.5}, {}, False),
        ({"file": "out.json", "pointer": "/a/b~1c/9", "equals": 1.5}, {}, False),
        ({"file": "out.json", "pointer": "/a", "equals": 1.5}, {}, False),
        ({"file": "bad.json", "pointer": "/a", "equals": 1.5}, {}, False),
        ({"file": "gone.txt", "pointer": "/a", "equals": 1.5}, {}, False),
        ({"file": "not-made.json", "pointer": "/a", "equals": 1.5}, {}, False),
        (
            {"file": "table.csv", "row": {"method": "sgd", "lr": "0.1"}, "column": "loss", "equals": 0.3},
            {},
            True,
        ),
        ({"file": "table.csv", "row": {"method": "sgd"}, "column": "loss", "equals": 0.3}, {}, False),
        ({"file": "table.csv", "row": {"method": "rmsprop"}, "column": "loss", "equals": 0.3}, {}, False),
        ({"file": "table.csv", "row": {"method": "adam"}, "column": "loss", "equals": 0.3}, {}, False),
        ({"file": "table.csv", "row": {"method": "odd"}, "column": "loss", "equals": 10}, {}, False),
        ({"file": "table.csv", "row": {"optimizer": "sgd"}, "column": "loss", "equals": 10}, {}, False),
        ({"file": "empty.txt", "column": "loss", "equals": 10}, {}, False),
    ],
)
def test_values(evidence: CheckEvidence, where: Any, tolerance: Any, met: bool) -> None:
    result = decide(evidence, kind="value", reason="as written", **where, **tolerance)
    assert result.met is met, result


def test_a_value_that_reproduction_did_not_make_does_not_count(evidence: CheckEvidence) -> None:
    made = CheckEvidence(evidence.root, evidence.files - {"out.json"}, 0, "")
    result = decide(made, kind="value", file="out.json", pointer="/m~0n", equals=3, reason="exact")
    assert not result.met
    assert "not among the files" in result.message


@pytest.mark.parametrize(
    "check",
    [
        {"kind": "log_matches", "pattern": "(?=a)"},
        {"kind": "text_matches", "glob": "main.py", "pattern": "("},
        {"kind": "value", "file": "out.json", "pointer": "a", "equals": 1, "reason": "r"},
        {"kind": "value", "file": "out.json", "pointer": "/~2", "equals": 1, "reason": "r"},
        {"kind": "value", "file": "out.json", "equals": 1, "reason": "r"},
    ],
)
def test_a_check_that_cannot_be_evaluated_is_the_rubrics_fault(evidence: CheckEvidence, check: Any) -> None:
    with pytest.raises(InvalidCheckError):
        decide(evidence, **check)


def test_a_run_that_did_not_end_by_itself_has_no_status(evidence: CheckEvidence) -> None:
    cut_off = CheckEvidence(evidence.root, evidence.files, None, "")
    assert not decide(cut_off, kind="exit_status", equals=0).met


def test_a_file_past_the_limit_is_not_read_and_said_so(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as stream:
        stream.truncate(17 * 1024 * 1024)
    check = {"kind": "text_matches", "glob": "*", "pattern": "."}
    result = decide(CheckEvidence(tmp_path, frozenset(["huge.csv"]), 0, ""), **check)
    assert not result.met
    assert "more than the 16777216 that are read" in result.message


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_leads_out_of_the_root(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir(exist_ok=True)
    for path in (f"../{name}", f"a/../../{name}", f"/{name}", name):
        with pytest.raises(RefusedFileError):
            read_inside(root, path)


KEYS = st.text(alphabet="ab/~01-é\n ", max_size=4)
TREES = st.recursive(
    st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def numbers_in(tree: Any, pointer: str = "") -> list[tuple[str, float]]:
    """Every number of a tree with its pointer, by an independent walk."""
    if isinstance(tree, list):
        return [pair for n, value in enumerate(tree) for pair in numbers_in(value, f"{pointer}/{n}")]
    if isinstance(tree, dict):
        escaped = {key: key.replace("~", "~0").replace("/", "~1") for key in tree}
        return [
            pair for key, value in tree.items() for pair in numbers_in(value, f"{pointer}/{escaped[key]}")
        ]
    return [(pointer, tree)]


@given(TREES)
def test_every_number_of_a_document_is_found_by_its_pointer(tree: Any) -> None:
    for pointer, number in numbers_in(tree):
        assert json_number(json.dumps(tree), pointer) == number


@given(st.text(), st.text())
def test_no_text_and_no_pointer_breaks_the_reading_of_json(text: str, pointer: str) -> None:
    with suppress(NoNumberError, PointerError):
        assert isinstance(json_number(text, pointer), float)


@given(st.lists(KEYS))
def test_tokens_survive_escaping(keys: list[str]) -> None:
    pointer = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
    assert pointer_tokens(pointer) == keys


CELLS = st.text(alphabet='ab,"\n é', max_size=4)


@given(st.lists(CELLS, min_size=1, max_size=5, unique_by=str.strip), st.floats(-1e9, 1e9), st.data())
def test_the_cell_of_the_one_matching_row_is_found(
    names: list[str], number: float, data: st.DataObject
) -> None:
    wanted = data.draw(st.integers(0, len(names) - 1))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["name", "value"])
    for place, name in enumerate(names):
        writer.writerow([f"<{name}>", repr(number) if place == wanted else "7"])
    assert csv_number(stream.getvalue(), {"name": f"<{names[wanted]}>"}, "value") == number


@given(st.text(), st.text())
def test_no_text_breaks_the_reading_of_csv(text: str, column: str) -> None:
    with suppress(NoNumberError):
        assert isinstance(csv_number(text, None, column), float)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.sampled_from([math.nan, math.inf, -math.inf]), FINITE, st.floats(0, allow_infinity=False))
def test_what_is_not_finite_is_never_within(value: float, expected: float, tolerance: float) -> None:
    assert not within(value, expected, tolerance, tolerance)


@given(FINITE, FINITE, st.none() | st.floats(0, 1e300), st.none() | st.floats(0, 1e6))
def test_tolerances_widen_only(
    value: float, expected: float, absolute: float | None, relative: float | None
) -> None:
    assert within(expected, expected, absolute, relative)
    if within(value, expected, absolute, None) or within(value, expected, None, relative):
        assert within(value, expected, absolute, relative)
    assert within(value, expected, None, None) == (value == expected)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_tolerances_hold_for_the_decimals_as_written(value: int, expected: int, tolerance: int) -> None:
    inside = abs(value - expected) <= tolerance
    assert within(value / 1000, expected / 1000, tolerance / 1000, None) is inside


PARTS = st.lists(st.text(alphabet="ab*?[", min_size=1, max_size=3), min_size=1, max_size=4)


@given(PARTS)
def test_globs_match_their_own_letters_and_stay_in_their_folder(parts: list[str]) -> None:
    name = "/".join(parts)
    assert matching_files("**", [name]) == [name]
    assert matching_files("**/*", [name]) == [name]
    assert matching_files("*", [name]) == ([name] if len(parts) == 1 else [])
    assert matching_files(name, [name]) == [name]


@given(st.text(), st.integers(1, 5))
def test_counting_lines_is_counting_lines(text: str, enough: int) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert count_lines("a", text, enough) == min(enough, sum("a" in line for line in lines))
