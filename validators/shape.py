"""Faults of shape: what the committed JSON Schema of a document's kind says against it, in our words."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from validators.faults import Fault
from validators.findings import Location
from validators.kinds import schema_path
from validators.limits import MOST_FAULTS
from validators.words import TYPES, advise, advise_of_few, listed, shown


@dataclass(frozen=True)
class Broken:
    """One keyword of the schema that the data breaks."""

    keyword: str
    where: Location
    instance: Any
    value: Any
    schema: dict[str, Any]
    message: str
    branches: tuple[tuple[int, ValidationError], ...]


def _broken(error: ValidationError) -> Broken:
    found: Any = error  # its fields may be unset, but never in an error that a validator gives
    inner = tuple((int(part.relative_schema_path[0]), part) for part in found.context or ())
    where = tuple(found.absolute_path)
    return Broken(
        str(found.validator), where, found.instance, found.validator_value, found.schema, found.message, inner
    )


@cache
def validator(kind: str) -> Draft202012Validator:
    """The validator of a kind."""
    return Draft202012Validator(json.loads(schema_path(kind).read_bytes()))


def shape_faults(data: Any, kind: str) -> list[Fault]:
    """What the kind's schema says against the data, with codes S102 to S108, no more than MOST_FAULTS.

    None: well shaped.
    """
    root = validator(kind).schema
    all_faults = (fault for error in validator(kind).iter_errors(data) for fault in _faults(error, root))
    faults = dict.fromkeys(islice(all_faults, MOST_FAULTS["error"]))
    # A number of another type is told that alone.
    mistyped = {fault.where for fault in faults if fault.code == "S104"}
    return [fault for fault in faults if fault.code != "S106" or fault.where not in mistyped]


def _faults(error: ValidationError, root: Any) -> Iterator[Fault]:
    broken = _broken(error)
    if broken.keyword in ("anyOf", "oneOf"):
        yield from _branches(broken, root)
    else:
        yield from _KEYWORDS.get(broken.keyword, _other)(broken)


def _unknown(broken: Broken) -> Iterator[Fault]:
    known = broken.schema.get("properties", {})
    for key in broken.instance:
        if key not in known:
            free = [name for name in known if name not in broken.instance]
            mend = advise(key, free, f"remove it, or use one of {listed(known)}" if known else "remove it")
            yield Fault((*broken.where, key), f"unknown key {shown(key)}; {mend}", at_key=True, code="S102")


def _missing(broken: Broken) -> Iterator[Fault]:
    for key in broken.value:
        if key not in broken.instance:
            said = _said(broken.schema.get("properties", {}).get(key, {}))
            yield Fault(broken.where, f"missing key '{key}'; add it{said}", code="S103")


def _said(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f" as {shown(schema['const'])}"
    about = schema.get("description")
    return f" ({about.rstrip('.')})" if about else ""


def _type(broken: Broken) -> Iterator[Fault]:
    wanted = broken.value
    found = broken.instance
    mend = f"write {TYPES[wanted]}"
    if wanted == "string" and isinstance(found, bool | int | float):
        mend = "put it in quotes"
    elif wanted in ("integer", "number") and isinstance(found, str) and found.strip().lstrip("+-").isdigit():
        mend = "take the quotes off"
    elif wanted == "array" and not isinstance(found, dict):
        mend = "write a list, as in [a, b]"
    yield Fault(broken.where, f"expected {TYPES[wanted]}, found {shown(found)}; {mend}", code="S104")


def _one_of(broken: Broken) -> Iterator[Fault]:
    options = broken.value if broken.keyword == "enum" else [broken.value]
    mend = advise_of_few(broken.instance, options)
    yield Fault(
        broken.where, f"{shown(broken.instance)} is not one of {listed(options)}; {mend}", code="S105"
    )


def _range(broken: Broken) -> Iterator[Fault]:
    words = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "above",
        "exclusiveMaximum": "below",
    }
    bound = f"{words[broken.keyword]} {broken.value:.7g}"
    yield Fault(broken.where, f"{shown(broken.instance)} is out of range; it must be {bound}", code="S106")


def _pattern(broken: Broken) -> Iterator[Fault]:
    yield Fault(
        broken.where,
        f"{shown(broken.instance)} is not well formed; write {broken.schema['$comment']}",
        code="S107",
    )


def _length(broken: Broken) -> Iterator[Fault]:
    limit = broken.value
    message = {
        "minLength": "empty text; write something, or leave the key out",
        "maxLength": f"text of {len(broken.instance)} characters; write at most {limit}",
        "minItems": f"a list of {len(broken.instance)}; it needs at least {limit}",
    }
    yield Fault(broken.where, message[broken.keyword], code="S108")


def _other(broken: Broken) -> Iterator[Fault]:
    yield Fault(broken.where, f"{broken.message}; see {broken.keyword} in the schema", code="S100")


_KEYWORDS: dict[str, Callable[[Broken], Iterator[Fault]]] = {
    "additionalProperties": _unknown, "required": _missing, "type": _type, "enum": _one_of, "const": _one_of,
    "minimum": _range, "maximum": _range, "exclusiveMinimum": _range, "exclusiveMaximum": _range,
    "pattern": _pattern, "minLength": _length, "maxLength": _length, "minItems": _length,
}  # fmt: skip


def _branches(broken: Broken, root: Any) -> Iterator[Fault]:
    """The faults of the one branch that was meant, never of all of them."""
    branches = [_resolved(branch, root) for branch in broken.value]
    picked = (
        _by_kind(broken.instance, branches)
        if broken.keyword == "oneOf"
        else _by_type(broken.instance, branches)
    )
    if isinstance(picked, int):
        for branch, inner in broken.branches:
            if branch == picked:
                yield from _faults(inner, root)
    else:
        yield Fault((*broken.where, *picked.where), picked.message, code=picked.code)


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
    mend = advise_of_few(kind, options)
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
