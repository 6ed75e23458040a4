"""One file read for its rules: its data, its kind, and the root around it."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from validators.faults import Fault, to_findings
from validators.findings import Finding, Location, Place
from validators.kinds import kinds
from validators.quick import quick_shape
from validators.roots import DataRoot
from validators.words import advise, listed, shown

if TYPE_CHECKING:
    from validators.yaml_reader import Parsed


# The kind, to rules, of a file that is no YAML document: a text in Markdown.
TEXT = "text"


class _Given(NamedTuple):
    path: Path
    name: str
    kind: str
    text: str
    data: Any
    root: DataRoot | None = None
    # For data that was made of other documents: where in the text a location's value comes from.
    origin: Callable[[Location], Location] | None = None


class Document(_Given):
    """A file that could be read; root is None where nothing around the file concerns it."""

    @cached_property
    def parsed(self) -> "Parsed":
        """The data with the place of every key and value; takes an exact parse of the text."""
        # The reader takes a while to import, and a good document never needs it.
        from validators.yaml_reader import parse_yaml  # noqa: PLC0415

        return parse_yaml(self.text, self.name, is_yaml=True)

    @property
    def placed(self) -> bool:
        """Whether it lies where the root's documents of its kind are read."""
        return self.root is not None and self.root.kind_at(self.path) is not None

    @cached_property
    def criteria(self) -> tuple[tuple[Location, dict[str, Any]], ...]:
        """Every criterion of a rubric with its location, parents first."""
        found: list[tuple[Location, dict[str, Any]]] = []
        stack: list[tuple[Location, Any]] = [(("criterion",), self.data.get("criterion"))]
        while stack:
            where, criterion = stack.pop()
            if not isinstance(criterion, dict):
                continue
            found.append((where, criterion))
            children = criterion.get("children")
            if isinstance(children, list):
                stack.extend(((*where, "children", number), child) for number, child in enumerate(children))
        return tuple(found)

    def place(self, location: Location) -> Place:
        """Line and column of a value, from 1; takes an exact parse of the text."""
        return self.parsed.place(self.origin(location) if self.origin else location)


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


def kind_and_shape(parsed: "Parsed", expected: str | None, name: str) -> tuple[str | None, list[Finding]]:
    """The document's kind and its findings of shape."""
    kind, faults = kind_and_faults(parsed.data, expected)
    return kind, to_findings(parsed, faults, name)


def kind_and_faults(data: Any, expected: str | None) -> tuple[str | None, list[Fault]]:
    """The document's kind and its faults of shape."""
    kind, faults = kind_of(data, expected)
    if kind is None:
        return None, faults
    if not faults and quick_shape(data, kind):
        return kind, []
    # jsonschema takes a while to import, and a good document never needs it.
    from validators.shape import shape_faults  # noqa: PLC0415

    shape = shape_faults(data, kind)
    if faults:
        shape = [fault for fault in shape if not _about_schema(fault)]
    return kind, [*faults, *shape]


def _about_schema(fault: Fault) -> bool:
    return fault.where == ("schema",) or (
        fault.where == () and fault.message.startswith("missing key 'schema'")
    )
