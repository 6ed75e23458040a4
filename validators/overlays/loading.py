"""A rubric and its overlay, loaded as one rubric."""

import json
from pathlib import Path

from validators.faults import Fault, to_findings
from validators.findings import InvalidDocumentError
from validators.load import to_model
from validators.models.overlay import Overlay
from validators.models.rubric import Rubric
from validators.overlays.base import why_another_base
from validators.overlays.edits import apply_edits
from validators.report import shown
from validators.yaml_reader import Parsed, read_yaml


def load_overlaid(rubric: Path, overlay: Path) -> Rubric:
    """The rubric with its overlay's edits; raises InvalidDocumentError, and OSError where one is missing."""
    return overlaid(_read(rubric), shown(rubric), _read(overlay), shown(overlay))


def _read(path: Path) -> Parsed:
    return read_yaml(path, shown(path))


def overlaid(base: Parsed, name: str, edits: Parsed, overlay_name: str) -> Rubric:
    """The same of what has been read already; the names are those of findings."""
    to_model(base, Rubric, name)
    to_model(edits, Overlay, overlay_name)
    applied = apply_edits(base.data, edits.data)
    faults = [fault._replace(code="R244") for fault in applied.misfits]
    if (why := why_another_base(base.data, edits.data)) is not None:
        faults.append(Fault(("base",), why, code="R243"))
    if faults:
        raise InvalidDocumentError(to_findings(edits, faults, overlay_name))
    return Rubric.model_validate_json(json.dumps(applied.rubric))
