"""The tree that an overlay edits: looked up by path, each edited part marked with the edit's place."""

from dataclasses import dataclass, field
from typing import Any

from validators.findings import Location
from validators.ids import escape_id
from validators.words import advise, meant, shown

Criterion = dict[str, Any]


class Misfit(Exception):  # noqa: N818  it never leaves the overlay's modules
    """An edit that does not fit the tree, and the part of the edit that is to be mended."""

    def __init__(self, where: Location, message: str) -> None:
        self.where = where
        super().__init__(message)


@dataclass
class Tree:
    """A tree in the middle of its edits."""

    root: Criterion
    # By identity; each criterion is kept beside its marks, so that none meanwhile takes the identity over.
    _marks: dict[int, tuple[Criterion, dict[str, Location]]] = field(default_factory=dict)

    def at(self, edit: dict[str, Any], key: str) -> tuple[Criterion | None, Criterion]:
        """The criterion that the edit names, and the one above it; raises Misfit."""
        line = self.line(edit, key)
        return line[-2] if len(line) > 1 else None, line[-1]

    def line(self, edit: dict[str, Any], key: str) -> list[Criterion]:
        """The criteria from the root down to the one that the edit names; raises Misfit."""
        path = edit[key]
        first, *rest = path.split("/")
        if first != (root := escape_id(self.root["id"])):
            whole = self._only_path_to(path.rsplit("/", 1)[-1])
            mend = f"did you mean '{whole}'?" if whole else f"write it from '{root}' on"
            raise Misfit((key,), f"path {shown(path)} does not begin at the root; {mend}")
        line = [self.root]
        for depth, name in enumerate(rest, 1):
            children = line[-1].get("children") or ()
            child = next((one for one in children if escape_id(one["id"]) == name), None)
            if child is None:
                raise Misfit((key,), self._nearest(path.split("/"), depth, line[-1]))
            line.append(child)
        return line

    def _nearest(self, names: list[str], depth: int, above: Criterion) -> str:
        """What to say of a path that ends at this depth."""
        reached = "/".join(names[:depth])
        missing = f"path '{'/'.join(names)}' does not exist: {shown(reached)} has no child '{names[depth]}'"
        if elsewhere := self._only_path_to(names[-1]):
            return f"{missing}; did you mean '{elsewhere}'?"
        near = meant(names[depth], (escape_id(child["id"]) for child in above.get("children") or ()))
        if near is not None:
            return f"{missing}; did you mean '{'/'.join([reached, near, *names[depth + 1 :]])}'?"
        return f"{missing}; write the path of a criterion that is there"

    def _only_path_to(self, name: str) -> str | None:
        """The path of the one criterion with this id, as paths spell it; None where it is not alone."""
        found = [path for path in self._paths() if path.rsplit("/", 1)[-1] == name]
        return found[0] if len(found) == 1 else None

    def _paths(self) -> list[str]:
        paths, stack = [], [(escape_id(self.root["id"]), self.root)]
        while stack:
            path, criterion = stack.pop()
            paths.append(path)
            children = criterion.get("children") or ()
            stack.extend((f"{path}/{escape_id(child['id'])}", child) for child in children)
        return paths

    @staticmethod
    def no_sibling(name: str, ids: list[str], under: str) -> str:
        """What to say of a sibling that is not there."""
        mend = advise(name, ids, "name one that is there, or leave it out")
        return f"no child {shown(name)} under '{under}'; {mend}"

    def mark(self, criterion: Criterion, place: Location, key: str = "") -> None:
        """Keep where in the overlay a criterion, or one key of it, was changed; what was added stays so."""
        _, marks = self._marks.setdefault(id(criterion), (criterion, {}))
        if key or len(marks.get("", ())) <= len(("edits", 0)):
            marks[key] = place

    def mark_added(self, criterion: Criterion, place: Location) -> None:
        """Keep where in the overlay a criterion and all below it are written."""
        self.mark(criterion, place)
        for number, child in enumerate(criterion.get("children") or ()):
            self.mark_added(child, (*place, "children", number))

    def origins(self) -> dict[Location, Location]:
        """The marks by their location in a rubric with this tree."""
        found: dict[Location, Location] = {}
        stack: list[tuple[Location, Criterion]] = [(("criterion",), self.root)]
        while stack:
            where, criterion = stack.pop()
            _, marks = self._marks.get(id(criterion), (criterion, {}))
            found.update(((*where, key) if key else where, place) for key, place in marks.items())
            children = criterion.get("children") or ()
            stack.extend(((*where, "children", number), child) for number, child in enumerate(children))
        return found
