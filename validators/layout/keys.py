"""The order of keys and the defaults of a kind of document, as its committed schema has them."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from validators.kinds import schema_path

# Elsewhere what was written out stays written out: a config is read by people who do not know its defaults.
_TERSE = frozenset({"rubric/v1"})
_TYPES: dict[str, type | tuple[type, ...]] = {"object": dict, "array": list, "null": type(None)}


@dataclass(frozen=True)
class Shape:
    """What the schema says of one value."""

    schema: dict[str, Any]
    top: dict[str, Any]
    terse: bool

    def of(self, value: Any) -> "Shape":
        """The same, of the alternative that the value was meant to be."""
        schema = self.schema
        while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
            options = [
                self._resolved(option) for option in schema.get("anyOf") or schema.get("oneOf") or [schema]
            ]
            schema = next((option for option in options if _meant(option, value)), {})
        return Shape(schema, self.top, self.terse)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").removeprefix("#/$defs/")
        found: dict[str, Any] = self.top["$defs"][name] if name else schema
        return found

    def inside(self, key: str | int) -> "Shape":
        """What it says of the value under a key, or of an item."""
        if isinstance(key, int):
            found = self.schema.get("items", {})
        else:
            others = self.schema.get("additionalProperties")
            found = self.schema.get("properties", {}).get(key) or (others if isinstance(others, dict) else {})
        return Shape(found, self.top, self.terse)

    def rank(self, key: str) -> int:
        """Where the key stands among its siblings; unknown keys follow the known ones."""
        known = list(self.schema.get("properties", {}))
        return known.index(key) if key in known else len(known)

    def leaves_out(self, key: str, value: Any) -> bool:
        """Whether the key with this value says no more than its absence."""
        properties = self.schema.get("properties", {})
        if not self.terse or key not in properties or key in self.schema.get("required", ()):
            return False
        default = properties[key].get("default")
        return type(value) is type(default) and bool(value == default)


def _meant(schema: dict[str, Any], value: Any) -> bool:
    if "anyOf" in schema or "oneOf" in schema:
        return isinstance(value, dict)
    kind = schema.get("properties", {}).get("kind", {}).get("const")
    if kind is not None:
        return isinstance(value, dict) and value.get("kind") == kind
    wanted = _TYPES.get(schema.get("type", ""))
    return wanted is None or isinstance(value, wanted)


@cache
def shape_of(kind: str) -> Shape:
    """What the schema of a kind such as rubric/v1 says of a whole document."""
    schema = json.loads(schema_path(kind).read_bytes())
    return Shape(schema, schema, kind in _TERSE)


def without_defaults(value: Any, shape: Shape) -> Any:
    """The data without what says no more than its absence."""
    shape = shape.of(value)
    if isinstance(value, dict):
        return {
            key: without_defaults(item, shape.inside(key))
            for key, item in value.items() if not shape.leaves_out(key, item)
        }  # fmt: skip
    if isinstance(value, list):
        return [without_defaults(item, shape.inside(number)) for number, item in enumerate(value)]
    return value
