"""YAML 1.2 in, JSON data and places out."""

import io
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from validators.findings import InvalidDocumentError
from validators.limits import DEEPEST
from validators.yaml_reader import parse_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "on",
        "no",
        "yes",
        "null",
        "~",
        "true",
        "12:30:00",
        "2026-01-31",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "",
        " ",
        "- a",
        "a: b",
        "#",
        "<<",
    ]
)
NUMBERS = st.integers(-(10**300), 10**300) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
# ruamel.yaml cannot read back what it dumps of these either.
OLD_BREAKS = re.compile(r"\\u(0085|2028|2029)")
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str) -> Any:
    return parse_yaml(text, "case").data


def same(left: Any, right: Any) -> bool:
    """Equal, and of equal types all the way down: 1, 1.0 and true are three things."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("12:30:00", "12:30:00"), ("on", "on"), ("no", "no"), ("yes", "yes"), ("Off", "Off"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"), ("true", True), ("null", None), ("~", None),
        ("", None),
        ("0o17", 15),
        ("0x1F", 31), ("017", 17), ("1_000", "1_000"), ("12e3", 12000.0), ("1.", 1.0),
        (".5", 0.5),
        ("+1", 1), ("-0", 0), ("<<", "<<"),
        ("'1'", "1"), ('"on"', "on"), ("https://x.org/a#b", "https://x.org/a#b"), ("=", "="), ("1e", "1e"),
    ],
)  # fmt: skip
def test_plain_words_are_yaml_1_2(plain: str, value: Any) -> None:
    assert same(read(f"key: {plain}\n"), {"key": value})


@pytest.mark.parametrize(
    "text", ["{url: https://x.org/y, time: 12:30:00}", '{"url": "https://x.org/y", "time": 12:30:00}']
)
def test_a_colon_inside_a_word_is_part_of_it(text: str) -> None:
    assert read(text) == {"url": "https://x.org/y", "time": "12:30:00"}


def test_every_key_and_value_has_its_place() -> None:
    parsed = parse_yaml("# head\na:\n  - b: 1\n    ü: {c: 2}\n", "case")
    assert parsed.keys == {
        ("a",): (2, 1),
        ("a", 0, "b"): (3, 5),
        ("a", 0, "ü"): (4, 5),
        ("a", 0, "ü", "c"): (4, 9),
    }
    assert parsed.values[("a", 0, "ü", "c")] == (4, 12)
    assert parsed.values[("a", 0)] == (3, 5)
    assert parsed.place(("a", 0, "nowhere", 3)) == (3, 5)


@pytest.mark.xfail(strict=True, reason="libyaml takes ? within brackets for a key's mark, blank or not")
def test_a_question_mark_may_begin_a_plain_key_within_braces() -> None:
    assert read("a: {?x: 1}\n") == {"a": {"?x": 1}}


@SLOW
@given(JSON.filter(lambda value: not OLD_BREAKS.search(json.dumps(value))))
def test_what_ruamel_dumps_is_read_back(value: Any) -> None:
    out = io.StringIO()
    dumper = YAML(typ="safe", pure=True)
    # Where ruamel folds a quoted text it may add a blank that was not there.
    dumper.width = 1_000_000
    dumper.dump(value, out)
    # It writes {:0: null}, which it cannot read itself, and {?0: null}, where libyaml takes ? for a mark.
    assume(not re.search(r"[{\[][:?]|, [:?]", out.getvalue()))
    assert same(read(out.getvalue()), value)


@SLOW
@given(JSON, st.sampled_from([None, 1]))
def test_json_text_is_read_back(value: Any, indent: int | None) -> None:
    assert same(read(json.dumps(value, indent=indent)), value)


@SLOW
@given(st.text(st.sampled_from("ab:-[]{}#&*!|>'\"%@`?,~ \n\t\\01.<=\u00e9\u2028\x00\x85"), max_size=25))
def test_any_text_is_a_document_or_a_finding(text: str) -> None:
    try:
        read(text)
    except InvalidDocumentError as error:
        (finding,) = error.findings
        assert finding.code in {"Y001", "Y002", "Y003", "Y004", "Y005"}
        assert finding.line >= 1
        assert finding.column >= 1
        assert "\n" not in finding.message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_documents_are_refused_before_anything_breaks(opening: str) -> None:
    assert read(opening * (DEEPEST - 1) + "1" + {"[": "]", "{a: ": "}"}.get(opening, "") * (DEEPEST - 1))
    with pytest.raises(InvalidDocumentError, match="Y005 nested more than"):
        read(opening * 10_000)


@pytest.mark.parametrize("digits", [400, 10_000])
def test_numbers_beyond_a_double_are_refused(digits: int) -> None:
    with pytest.raises(InvalidDocumentError, match="Y004"):
        read("a: " + "9" * digits)


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"])
def test_separators_that_readers_disagree_on_are_refused(separator: str) -> None:
    with pytest.raises(InvalidDocumentError, match=r"case:2:5: Y001 line separator U\+"):
        read(f"a: 1\nb: '{separator}'\n")
    assert read(json.dumps({"a": separator})) == {"a": separator}


def test_halves_of_a_character_are_joined_or_refused() -> None:
    assert read(r'{"a\ud83d\ude00": "\ud83d\ude00"}') == {"a\U0001f600": "\U0001f600"}
    with pytest.raises(InvalidDocumentError, match="half a surrogate pair"):
        read(r'a: "\ud83d"')
