"""jsonschema over the committed schema and the model say the same of every document."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.validators.cases import CHECKOUT, INVALID, valid_documents
from validators.findings import InvalidDocumentError
from validators.models import DOCUMENTS
from validators.quick import quick_shape
from validators.shape import shape_faults, validator
from validators.yaml_reader import read_yaml

SEEDS = {path.stem + "/v1": read_yaml(path).data for path in valid_documents()}
WORDS = [
    "", " ", "a", "a\n", "ü", "2026-02-30", "2026-01-31\n",
    "2026-01-31T12:00:00Z\n", "x" * 101, "../a", "a/..", "/a",
    "a/../b",
    "a\nb", "..", "a..b", "unlimited", "http://x", "http://x y", "https://x\n", "a" * 64, "A" * 64,
    "a" * 64 + "\n", "b" * 40,
    "value", "exit_status", "rubric/v1", "full", "Code Development", "Subtree", "ok\n", "\u2028",
    "a\u2028b", "\u0663", "a_b", "a--b",
]  # fmt: skip
NUMBERS = [
    0,
    1,
    -1,
    2,
    255,
    256,
    1899,
    1900,
    2200,
    2201,
    1.0,
    0.0,
    -0.0,
    0.5,
    2.0,
    2.5,
    1e300,
    5e-324,
    2**63,
    10**300,
    -(10**300),
]
VALUES: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"kind": "value"},
    {"a": 1},
    {"a": "b"},
    ["a"],
    ["a", 1],
    *WORDS,
    *NUMBERS,
]


def model_takes(kind: str, data: Any) -> bool:
    try:
        DOCUMENTS[kind].model_validate_json(json.dumps(data))
    except ValidationError:
        return False
    return True


def assert_agreement(kind: str, data: Any) -> None:
    by_schema = validator(kind).is_valid(data)
    assert by_schema == model_takes(kind, data)
    assert by_schema == quick_shape(data, kind)
    assert by_schema == (not shape_faults(data, kind)), "a fault of the schema that gets no words"


def containers(data: Any) -> list[Any]:
    """Every mapping and list inside the data, itself first."""
    found = [data] if isinstance(data, dict | list) else []
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        found.extend(containers(part))
    return found


@st.composite
def mutated(draw: st.DrawFn, seed: Any) -> Any:
    """A good document with one to three things dropped, replaced, added, swapped or retyped."""
    data = copy.deepcopy(seed)
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place in containers(data) if place]
        if not places:
            return data
        place = draw(st.sampled_from(places))
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        match draw(st.sampled_from(["drop", "replace", "retype", "add", "swap"])):
            case "drop":
                del place[key]
            case "replace":
                place[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            case "retype":
                place[key] = copy.deepcopy(draw(st.sampled_from(retyped(place[key]))))
            case "add" if isinstance(place, dict):
                name = draw(st.sampled_from(["extra", "schema_", "Id", "id", "kind", "children", "schema"]))
                place[name] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            case "add":
                place.append(copy.deepcopy(draw(st.sampled_from([*VALUES, *place]))))
            case _:
                other = draw(st.sampled_from(containers(seed)))
                place[key] = copy.deepcopy(other)
    return data


def retyped(value: Any) -> list[Any]:
    """The value as its near relatives of another type."""
    if isinstance(value, str):
        return [value + "\n", value.upper(), value + " ", "\n" + value, [value], None, len(value)]
    if isinstance(value, bool):
        return [int(value), str(value).lower(), float(value)]
    if isinstance(value, int | float):
        return [float(value), str(value), bool(value), -value, int(value), value + 0.5]
    return [str(value), None, [value], {"a": value}]


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_every_kind_has_a_full_valid_document(kind: str) -> None:
    assert model_takes(kind, SEEDS[kind])
    assert validator(kind).is_valid(SEEDS[kind])


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_the_full_documents_name_every_key(kind: str) -> None:
    named = {key for place in containers(SEEDS) if isinstance(place, dict) for key in place}
    schema: Any = validator(kind).schema
    schemas = [schema, *schema.get("$defs", {}).values()]
    assert {key for part in schemas for key in part.get("properties", {})} <= named


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_documents(kind: str, data: st.DataObject) -> None:
    assert_agreement(kind, data.draw(mutated(SEEDS[kind])))


def every_file() -> list[Any]:
    folders = [
        INVALID,
        CHECKOUT / "spec" / "v1" / "examples",
        *(CHECKOUT / name for name in ("papers", "rubrics", "runner/configs")),
    ]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*.yaml"))
        if "submissions" not in path.parts and not path.is_symlink()
    ]


@pytest.mark.parametrize("path", every_file(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_file(path: Any) -> None:
    try:
        data = read_yaml(path).data
    except InvalidDocumentError:
        return
    kind = data.get("schema") if isinstance(data, dict) else None
    for each in [kind] if kind in DOCUMENTS else sorted(DOCUMENTS):
        assert_agreement(each, data)
