"""The JSON Schemas of spec/v1, made from the models: `python -m validators.schemas` writes them again."""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from validators.kinds import SPEC, schema_path
from validators.models import DOCUMENTS
from validators.models.base import Model

# Pydantic leaves these words to itself when a validator stands before the bound.
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_WORDS = {
    "^[a-z0-9]+(?:[-._][a-z0-9]+)*": "lower-case letters and digits, joined by single - . or _",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}": "a day as YYYY-MM-DD",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T": "a moment in UTC as 2026-01-31T12:00:00Z",
    "^[0-9a-f]{64}": "a sha256: 64 lower-case hex digits",
    "^[0-9a-f]{40}": "a commit: 40 lower-case hex digits",
    "^(?!/)": "a path that stays inside its folder: relative, without ..",
    "^https?://": "a URL that begins with http:// or https://",
    "^[a-z0-9_]+": "lower-case letters, digits and _",
    "^[RPBCF]": "R, P, B, C or F and three digits; what has Y, S or W cannot be waived",
}


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind such as rubric/v1."""
    model: type[Model] = DOCUMENTS[kind]
    made = model.model_json_schema(by_alias=True, schema_generator=GenerateJsonSchema)
    name, version = kind.split("/")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:paperbench-hpc:spec:{version}:{name}",
        "title": kind,
    }
    return head | {key: value for key, value in _schema(made).items() if key != "title"}


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without noise, in words that every validator reads the same way."""
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("title", "discriminator") or (key == "default" and value is None):
            continue
        made[_BOUNDS.get(key, key)] = _inside(key, value)
    if "pattern" in made:
        made["$comment"] = _words(made["pattern"])
    return made


def _inside(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _schema(part) for name, part in value.items()}
    if key in ("anyOf", "oneOf"):
        return [_schema(part) for part in value]
    if key == "items" or (key == "additionalProperties" and isinstance(value, dict)):
        return _schema(value)
    if key == "pattern":
        # Python's end of text in words that JavaScript reads too, where \Z is a plain Z.
        return value.replace(r"\Z", r"(?![\s\S])")
    return value


def _words(pattern: str) -> str:
    """What the pattern asks for; the longest known beginning decides."""
    known = [start for start in _WORDS if pattern.startswith(start)]
    return _WORDS[max(known, key=len)] if known else f"text that matches {pattern}"


def schema_text(kind: str) -> str:
    """The committed file's text."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path = SPEC) -> None:
    """Write every schema into the folder."""
    for kind in DOCUMENTS:
        (folder / schema_path(kind).name).write_text(schema_text(kind), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
