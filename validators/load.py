"""A file in, one typed document out."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from validators.documents import kind_and_shape
from validators.findings import Finding, InvalidDocumentError
from validators.models.base import Model
from validators.report import shown
from validators.yaml_reader import Parsed, read_yaml

Document = TypeVar("Document", bound=Model)


def load_document(path: Path, model: type[Document], name: str | None = None) -> Document:
    """The document in a YAML file; raises InvalidDocumentError with a place for each fault, and OSError."""
    return to_model(read_yaml(path, name or shown(path)), model, name or shown(path))


def to_model(parsed: Parsed, model: type[Document], name: str) -> Document:
    """The parsed data as its model; raises InvalidDocumentError."""
    try:
        # Strict mode takes lists for tuples in JSON only.
        return model.model_validate_json(json.dumps(parsed.data))
    except ValidationError as error:
        raise InvalidDocumentError(_findings(parsed, model, name, error)) from None


def _findings(parsed: Parsed, model: type[Model], name: str, error: ValidationError) -> list[Finding]:
    """What the schema says, as `paperbench check` does; what the model says only if that is nothing."""
    kind = str(model.model_fields["schema_"].annotation.__args__[0])  # type: ignore[union-attr]
    return kind_and_shape(parsed, kind, name)[1] or [
        Finding(name, *parsed.place(fault["loc"]), "S100", fault["msg"]) for fault in error.errors()
    ]
