"""An overlay applied to a rubric: plain data in, plain data out, inputs untouched. Pure."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from validators.faults import Fault
from validators.findings import Location
from validators.overlays.tree import Criterion, Misfit, Tree
from validators.words import shown

# What a leaf has and a branch has not.
_OF_LEAVES = ("category", "facet", "check", "review_minutes")


class OverlayMisfitError(Exception):
    """Edits that do not fit the rubric; where each stands in the overlay, and its mend."""

    def __init__(self, misfits: tuple[Fault, ...]) -> None:
        self.misfits = misfits
        super().__init__("; ".join(fault.message for fault in misfits))


@dataclass(frozen=True)
class Applied:
    """A rubric after the edits that fit it, where in the overlay its edited parts come from, and the rest."""

    rubric: dict[str, Any]
    misfits: tuple[Fault, ...]
    idle: tuple[int, ...]
    _origins: dict[Location, Location]

    def origin(self, location: Location) -> Location:
        """Where the overlay says what stands here, or changed what it stands below; else its edits."""
        for length in range(len(location), 0, -1):
            origin = self._origins.get(location[:length])
            if origin is not None:
                return (*origin, *location[length:])
        return ("edits",)


def apply_overlay(rubric: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """The rubric with the overlay's edits; raises OverlayMisfitError, which names the edits that do not fit.

    Its revision is the sum of both revisions, and nobody has signed it.
    """
    applied = apply_edits(rubric, overlay)
    if applied.misfits:
        raise OverlayMisfitError(applied.misfits)
    return applied.rubric


def apply_edits(rubric: dict[str, Any], overlay: dict[str, Any]) -> Applied:
    """The rubric with the edits that fit, in order; one that does not fit is passed over and named."""
    tree = Tree(copy.deepcopy(rubric["criterion"]))
    misfits: list[Fault] = []
    idle: list[int] = []
    for number, edit in enumerate(overlay["edits"]):
        where: Location = ("edits", number)
        try:
            if not _EDITS[edit["kind"]](tree, edit, where):
                idle.append(number)
        except Misfit as misfit:
            misfits.append(Fault((*where, *misfit.where), str(misfit)))
    head = {key: value for key, value in rubric.items() if key not in ("criterion", "sign_offs")}
    head["revision"] = rubric["revision"] + overlay["revision"]
    if head["status"] == "signed_off":
        head["status"] = "in_review"
    made = {**copy.deepcopy(head), "criterion": tree.root}
    return Applied(made, tuple(misfits), tuple(idle), tree.origins())


def _reweight(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    parent, criterion = tree.at(edit, "path")
    _expect(criterion.get("weight", 1), edit, "weight")
    if criterion.get("weight", 1) == edit["weight"]:
        return False
    criterion["weight"] = edit["weight"]
    tree.mark(parent or criterion, where)
    tree.mark(criterion, (*where, "weight"), "weight")
    return True


def _reword(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    _, criterion = tree.at(edit, "path")
    _expect_words(criterion, edit)
    if criterion["requirement"] == edit["requirement"]:
        return False
    criterion["requirement"] = edit["requirement"]
    tree.mark(criterion, (*where, "requirement"), "requirement")
    return True


def _recategorise(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    _, leaf = tree.at(edit, "path")
    if leaf.get("children"):
        raise Misfit(("path",), f"{shown(leaf['id'])} is a branch; recategorise its leaves")
    _expect(leaf.get("category"), edit, "category")
    wanted = {key: edit[key] for key in ("category", "facet") if edit.get(key) is not None}
    if all(leaf.get(key) == value for key, value in wanted.items()):
        return False
    leaf.update(wanted)
    for key in wanted:
        tree.mark(leaf, (*where, key), key)
    return True


def _add(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    _, parent = tree.at(edit, "under")
    criterion = copy.deepcopy(edit["criterion"])
    siblings = parent.get("children") or []
    _refuse_taken(criterion, siblings, ("criterion", "id"), "give this one another")
    siblings.insert(_position(siblings, edit), criterion)
    _adopt(parent, siblings)
    tree.mark(parent, where)
    tree.mark_added(criterion, (*where, "criterion"))
    return True


def _remove(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    parent, criterion = tree.at(edit, "path")
    if parent is None:
        raise Misfit(("path",), "the root stays; remove what is below it, or reword it")
    _expect_words(criterion, edit)
    _adopt(parent, _without(parent, criterion))
    tree.mark(parent, where)
    return True


def _move(tree: Tree, edit: dict[str, Any], where: Location) -> bool:
    parent, criterion = tree.at(edit, "path")
    line = tree.line(edit, "under")
    if any(above is criterion for above in line):
        fault = "the root stays" if parent is None else "nothing can stand below itself"
        raise Misfit(("under",), f"{fault}; name a criterion that is not below {shown(edit['path'])}")
    target = line[-1]
    siblings = _without(target, criterion)
    _refuse_taken(criterion, siblings, ("under",), "name another criterion, or rename one by remove and add")
    siblings.insert(_position(siblings, edit), criterion)
    if target is parent and all(map(_same, siblings, parent["children"])):
        return False
    if parent is not None and parent is not target:
        _adopt(parent, _without(parent, criterion))
        tree.mark(parent, where)
    _adopt(target, siblings)
    tree.mark(target, where)
    tree.mark(criterion, where)
    return True


_EDITS: dict[str, Callable[[Tree, dict[str, Any], Location], bool]] = {
    "reweight": _reweight, "reword": _reword, "recategorise": _recategorise,
    "add": _add, "remove": _remove, "move": _move,
}  # fmt: skip


def _same(one: Criterion, other: Criterion) -> bool:
    return one is other


def _without(parent: Criterion, criterion: Criterion) -> list[Criterion]:
    return [child for child in parent.get("children") or () if child is not criterion]


def _adopt(parent: Criterion, children: list[Criterion]) -> None:
    """Give a criterion its children, and make it a branch; with none it is left bare."""
    if not children:
        parent.pop("children", None)
        return
    parent["children"] = children
    for key in _OF_LEAVES:
        parent.pop(key, None)


def _position(siblings: list[Criterion], edit: dict[str, Any]) -> int:
    """Where among the siblings `before` or `after` puts it; the end without either."""
    named = [key for key in ("before", "after") if edit.get(key) is not None]
    if not named:
        return len(siblings)
    if len(named) > 1:
        raise Misfit(("after",), "before and after stand together; keep one of them")
    key = named[0]
    ids = [sibling["id"] for sibling in siblings]
    if edit[key] not in ids:
        raise Misfit((key,), Tree.no_sibling(edit[key], ids, edit["under"]))
    return ids.index(edit[key]) + (key == "after")


def _refuse_taken(criterion: Criterion, siblings: list[Criterion], where: Location, mend: str) -> None:
    if any(sibling["id"] == criterion["id"] for sibling in siblings):
        raise Misfit(where, f"id {shown(criterion['id'])} is taken by a sibling there; {mend}")


def _expect(found: Any, edit: dict[str, Any], what: str) -> None:
    was = edit.get("was")
    if was is not None and was != found:
        message = f"the {what} is {shown(found)}, not {shown(was)}; look again whether the edit is right"
        raise Misfit(("was",), message)


def _expect_words(criterion: Criterion, edit: dict[str, Any]) -> None:
    was = edit.get("was")
    if was is not None and " ".join(was.split()) not in " ".join(criterion["requirement"].split()):
        message = f"{shown(was)} does not stand in the requirement; look again whether the path is right"
        raise Misfit(("was",), message)
