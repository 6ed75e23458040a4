"""Faults of shape: what the committed JSON Schema of a document's kind says against it, in our words."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from validators.faults import Fault
from validators.findings import Location
from validators.words import TYPES, advise, listed, shown

SPEC = Path(__file__).resolve().parents[1] / "spec" / "v1"


def schema_path(kind: str) -> Path:
    """Where the schema of a kind such as rubric/v1 is kept."""
    return SPEC / f"{kind.split('/')[0]}.schema.json"


@cache
def kinds() -> tuple[str, ...]:
    """Every kind that has a schema, sorted."""
    return tuple(sorted(f"{path.name.removesuffix('.schema.json')}/v1" for path in SPEC.glob("*.schema.json")))


@cache
def validator(kind: str) -> Draft202012Validator:
    """The validator of a kind."""
    return Draft202012Validator(json.loads(schema_path(kind).read_bytes()))


def shape_faults(data: Any, kind: str) -> list[Fault]:
    """Everything the kind's schema says against the data, with codes S102 to S108; empty when it is well shaped."""
    root = validator(kind).schema
    faults: list[Fault] = []
    for error in validator(kind).iter_errors(data):
        faults.extend(_faults(error, root))
    return list(dict.fromkeys(faults))


def _faults(error: ValidationError, root: Any) -> Iterator[Fault]:
    keyword = str(error.validator)
    where: Location = tuple(error.absolute_path)
    if keyword in ("anyOf", "oneOf"):
        yield from _branches(error, where, root)
    else:
        yield from _KEYWORDS.get(keyword, _other)(error, where)


def _unknown(error: ValidationError, where: Location) -> Iterator[Fault]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            free = [name for name in known if name not in error.instance]
            mend = advise(key, free, f"remove it, or use one of {listed(known)}" if known else "remove it")
            yield Fault((*where, key), f"unknown key {shown(key)}; {mend}", at_key=True, code="S102")


def _missing(error: ValidationError, where: Location) -> Iterator[Fault]:
    for key in error.validator_value:
        if key not in error.instance:
            said = _said(error.schema.get("properties", {}).get(key, {}))
            yield Fault(where, f"missing key '{key}'; add it{said}", code="S103")


def _said(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f" as {shown(schema['const'])}"
    about = schema.get("description")
    return f" ({about.rstrip('.')})" if about else ""


def _type(error: ValidationError, where: Location) -> Iterator[Fault]:
    wanted = error.validator_value
    found = error.instance
    mend = f"write {TYPES[wanted]}"
    if wanted == "string" and isinstance(found, bool | int | float):
        mend = "put it in quotes"
    elif wanted in ("integer", "number") and isinstance(found, str) and found.strip().lstrip("+-").isdigit():
        mend = "take the quotes off"
    elif wanted == "array" and not isinstance(found, dict):
        mend = "write a list, as in [a, b]"
    yield Fault(where, f"expected {TYPES[wanted]}, found {shown(found)}; {mend}", code="S104")


def _one_of(error: ValidationError, where: Location) -> Iterator[Fault]:
    options = error.validator_value if error.validator == "enum" else [error.validator_value]
    mend = advise(error.instance, options, "write one of these")
    yield Fault(where, f"{shown(error.instance)} is not one of {listed(options)}; {mend}", code="S105")


def _range(error: ValidationError, where: Location) -> Iterator[Fault]:
    words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
    bound = f"{words[str(error.validator)]} {error.validator_value:g}"
    yield Fault(where, f"{shown(error.instance)} is out of range; it must be {bound}", code="S106")


def _pattern(error: ValidationError, where: Location) -> Iterator[Fault]:
    yield Fault(where, f"{shown(error.instance)} is not well formed; write {error.schema['$comment']}", code="S107")


def _length(error: ValidationError, where: Location) -> Iterator[Fault]:
    limit = error.validator_value
    message = {
        "minLength": "empty text; write something, or leave the key out",
        "maxLength": f"text of {len(error.instance)} characters; write at most {limit}",
        "minItems": f"a list of {len(error.instance)}; it needs at least {limit}",
    }
    yield Fault(where, message[str(error.validator)], code="S108")


def _other(error: ValidationError, where: Location) -> Iterator[Fault]:
    yield Fault(where, f"{error.message}; see {error.validator} in the schema", code="S100")


_KEYWORDS: dict[str, Callable[[ValidationError, Location], Iterator[Fault]]] = {
    "additionalProperties": _unknown, "required": _missing, "type": _type, "enum": _one_of, "const": _one_of,
    "minimum": _range, "maximum": _range, "exclusiveMinimum": _range, "exclusiveMaximum": _range,
    "pattern": _pattern, "minLength": _length, "maxLength": _length, "minItems": _length,
}  # fmt: skip


def _branches(error: ValidationError, where: Location, root: Any) -> Iterator[Fault]:
    """The faults of the one branch that was meant, never of all of them."""
    branches = [_resolved(branch, root) for branch in error.validator_value]
    picked = _by_kind(error.instance, branches) if error.validator == "oneOf" else _by_type(error.instance, branches)
    if isinstance(picked, int):
        for inner in error.context or ():
            if inner.relative_schema_path[0] == picked:
                yield from _faults(inner, root)
    else:
        yield Fault((*where, *picked.where), picked.message, code=picked.code)


def _resolved(schema: dict[str, Any], root: Any) -> dict[str, Any]:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    resolved: dict[str, Any] = root["$defs"][name] if name else schema
    return resolved


def _by_kind(instance: Any, branches: list[dict[str, Any]]) -> int | Fault:
    options = [branch["properties"]["kind"]["const"] for branch in branches]
    if not isinstance(instance, dict):
        return Fault((), f"expected a mapping, found {shown(instance)}; write one with a 'kind'", code="S104")
    if "kind" not in instance:
        return Fault((), f"missing key 'kind'; add it as {listed(options)}", code="S103")
    kind = instance["kind"]
    if kind in options:
        return options.index(kind)
    mend = advise(kind, options, "write one of these")
    return Fault(("kind",), f"{shown(kind)} is not one of {listed(options)}; {mend}", code="S105")


def _by_type(instance: Any, branches: list[dict[str, Any]]) -> int | Fault:
    some = [number for number, branch in enumerate(branches) if branch.get("type") != "null"]
    if len(some) == 1:
        return some[0]
    fitting = [number for number in some if _fits(instance, branches[number])]
    if len(fitting) == 1 and "const" not in branches[fitting[0]]:
        return fitting[0]
    words = " or ".join(_expected(branches[number]) for number in some)
    code = "S105" if fitting else "S104"
    return Fault((), f"expected {words}, found {shown(instance)}; write one of these", code=code)


def _fits(instance: Any, branch: dict[str, Any]) -> bool:
    return Draft202012Validator({"type": branch["type"]}).is_valid(instance) if "type" in branch else False


def _expected(branch: dict[str, Any]) -> str:
    if "const" in branch or "enum" in branch:
        return listed(branch.get("enum", [branch.get("const")]))
    return TYPES[branch["type"]]
