"""One file read for its rules: its data, its kind, and the root around it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validators.faults import Fault, to_findings
from validators.findings import Finding
from validators.roots import DataRoot
from validators.shape import kinds, shape_faults
from validators.words import advise, listed, shown
from validators.yaml_reader import Parsed


@dataclass(frozen=True)
class Document:
    """A file that could be read; root is None where nothing around the file concerns it."""

    path: Path
    name: str
    kind: str
    parsed: Parsed
    root: DataRoot | None = None

    @property
    def data(self) -> Any:
        """The plain data."""
        return self.parsed.data

    @property
    def placed(self) -> bool:
        """Whether it lies where the root's documents of its kind are read."""
        return self.root is not None and self.root.kind_at(self.path) is not None


def kind_of(data: Any, expected: str | None) -> tuple[str | None, list[Fault]]:
    """The kind to check against, if it can be told, and what is wrong with the schema line (S101)."""
    said = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(data, dict):
        mend = f"write one that begins with 'schema: {expected or 'rubric/v1'}'"
        return None, [Fault((), f"expected a mapping, found {shown(data)}; {mend}", code="S101")]
    if said is None:
        mend = f"add 'schema: {expected}'" if expected else "add 'schema: rubric/v1', or whichever kind it is"
        return expected, [Fault((), f"missing key 'schema'; {mend}", code="S101")]
    if said not in kinds():
        mend = f"write '{expected}'" if expected else advise(said, kinds(), f"write {listed(kinds())}")
        return expected, [Fault(("schema",), f"schema {shown(said)} is not known; {mend}", code="S101")]
    if expected is not None and said != expected:
        message = f"this place holds '{expected}', not '{said}'; change the schema or move the file"
        return None, [Fault(("schema",), message, code="S101")]
    return said, []


def kind_and_shape(parsed: Parsed, expected: str | None, name: str) -> tuple[str | None, list[Finding]]:
    """The document's kind and its findings of shape."""
    kind, faults = kind_and_faults(parsed.data, expected)
    return kind, to_findings(parsed, faults, name)


def kind_and_faults(data: Any, expected: str | None) -> tuple[str | None, list[Fault]]:
    """The document's kind and its faults of shape."""
    kind, faults = kind_of(data, expected)
    if kind is None:
        return None, faults
    shape = shape_faults(data, kind)
    if faults:
        shape = [fault for fault in shape if not _about_schema(fault)]
    return kind, [*faults, *shape]


def _about_schema(fault: Fault) -> bool:
    return fault.where == ("schema",) or (
        fault.where == () and fault.message.startswith("missing key 'schema'")
    )
