"""A slow model of overlays that keeps no tree, only paths; and edits that fit it, or do not."""

import copy
from typing import Any

from hypothesis import strategies as st

Path = tuple[str, ...]
IDS = st.sampled_from(["a", "b", "c", "a/b", "50%", "%2F", "é", "0"])
TEXTS = st.sampled_from(["It runs.", "It learns.", "It  says\nso.", "It ends."])
CATEGORIES = st.sampled_from(["Code Development", "Code Execution", "Result Analysis"])
FACETS = st.sampled_from(["Method Implementation", "Experimental Setup"])


class Model:
    """Each criterion's own keys by its path, and the order of the paths below each."""

    def __init__(self, criterion: dict[str, Any]) -> None:
        self.keys: dict[Path, dict[str, Any]] = {}
        self.below: dict[Path, list[Path]] = {}
        self.take((), criterion)

    def take(self, above: Path, criterion: dict[str, Any]) -> Path:
        """Hold a criterion and all below it."""
        path = (*above, criterion["id"])
        self.keys[path] = {key: copy.deepcopy(criterion[key]) for key in criterion if key != "children"}
        self.below[path] = [self.take(path, child) for child in criterion.get("children", ())]
        return path

    def give(self, path: Path) -> dict[str, Any]:
        """The criterion at the path as data."""
        children = [self.give(child) for child in self.below[path]]
        return {**self.keys[path], **({"children": children} if children else {})}

    def forget(self, path: Path) -> None:
        """Drop a criterion and all below it."""
        self.below[path[:-1]].remove(path)
        for held in [held for held in self.keys if held[: len(path)] == path]:
            del self.keys[held], self.below[held]

    def put(self, under: Path, edit: dict[str, Any], criterion: dict[str, Any]) -> None:
        """Stand a criterion below another."""
        order = self.below[under]
        names = [path[-1] for path in order]
        at = len(names)
        if "before" in edit:
            at = names.index(edit["before"])
        elif "after" in edit:
            at = names.index(edit["after"]) + 1
        order.insert(at, self.take(under, criterion))
        for key in ("category", "facet", "check", "review_minutes"):
            self.keys[under].pop(key, None)

    def make(self, edit: dict[str, Any]) -> None:
        """Make one edit that fits."""
        path = self.path(edit.get("path") or edit["under"])
        match edit["kind"]:
            case "reweight":
                if self.keys[path].get("weight", 1) != edit["weight"]:
                    self.keys[path]["weight"] = edit["weight"]
            case "reword":
                self.keys[path]["requirement"] = edit["requirement"]
            case "recategorise":
                self.keys[path].update({key: edit[key] for key in ("category", "facet") if key in edit})
            case "add":
                self.put(path, edit, edit["criterion"])
            case "remove":
                self.forget(path)
            case "move":
                criterion = self.give(path)
                self.forget(path)
                self.put(self.path(edit["under"]), edit, criterion)

    def path(self, written: str) -> Path:
        """The path that is written so."""
        return next(path for path in self.keys if spelled(path) == written)


def spelled(path: Path) -> str:
    """The path as an overlay writes it."""
    return "/".join(name.replace("%", "%25").replace("/", "%2F") for name in path)


@st.composite
def criteria(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    """A criterion, often with children."""
    made: dict[str, Any] = {"id": draw(IDS), "requirement": draw(TEXTS)}
    if draw(st.booleans()):
        made["weight"] = draw(st.integers(1, 5))
    names = draw(st.lists(IDS, unique=True, max_size=4)) if depth else []
    if names:
        made["children"] = [draw(criteria(depth - 1)) | {"id": name} for name in names]
    else:
        made["category"] = draw(CATEGORIES)
        if draw(st.booleans()):
            made["facet"] = draw(FACETS)
    return made


def place(draw: st.DrawFn, model: Model, under: Path, moved: Path = ()) -> dict[str, str]:
    """Where among the children of `under` something is put, if that is said."""
    names = [path[-1] for path in model.below[under] if path != moved]
    if not names or draw(st.booleans()):
        return {}
    return {draw(st.sampled_from(["before", "after"])): draw(st.sampled_from(names))}


def fitting(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """An edit that fits what the model holds."""
    path = draw(st.sampled_from(sorted(model.keys)))
    under = draw(st.sampled_from(sorted(model.keys)))
    taken = {child[-1] for child in model.below[under] if child != path}
    match draw(st.sampled_from(["reweight", "reword", "recategorise", "add", "remove", "move"])):
        case "recategorise" if not model.below[path]:
            facet = {"facet": draw(FACETS)} if draw(st.booleans()) else {}
            return {"kind": "recategorise", "path": spelled(path), "category": draw(CATEGORIES), **facet}
        case "add" if {"a", "b", "c"} - taken - {path[-1]}:
            name = min({"a", "b", "c"} - taken - {path[-1]})
            criterion = draw(criteria(1)) | {"id": name}
            return {
                "kind": "add", "under": spelled(under), "criterion": criterion, **place(draw, model, under)
            }  # fmt: skip
        case "remove" if len(path) > 1:
            return {"kind": "remove", "path": spelled(path), "was": model.keys[path]["requirement"][:4]}
        case "move" if len(path) > 1 and under[: len(path)] != path and path[-1] not in taken:
            return {
                "kind": "move", "path": spelled(path), "under": spelled(under),
                **place(draw, model, under, path),
            }  # fmt: skip
        case "reword":
            return {"kind": "reword", "path": spelled(path), "requirement": draw(TEXTS)}
        case _:
            now = model.keys[path].get("weight", 1)
            return {"kind": "reweight", "path": spelled(path), "was": now, "weight": draw(st.integers(1, 5))}


def misfitting(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """An edit that does not fit what the model holds."""
    path = draw(st.sampled_from(sorted(model.keys)))
    here, weight = spelled(path), model.keys[path].get("weight", 1)
    bad: list[dict[str, Any]] = [
        {"kind": "reweight", "path": f"{here}/nothing", "weight": 2},
        {"kind": "reweight", "path": "nothing", "weight": 2},
        {"kind": "reweight", "path": here, "was": weight + 1, "weight": weight},
        {"kind": "reword", "path": here, "was": "It flies.", "requirement": "It swims."},
        {"kind": "remove", "path": spelled(path[:1])},
        {"kind": "move", "path": here, "under": here},
        {"kind": "add", "under": here, "after": "nothing", "criterion": {"id": "z", "requirement": "Z."}},
    ]
    if model.below[path]:
        first = model.below[path][0]
        taken = {"id": first[-1], "requirement": "Z."}
        both = {"before": first[-1], "after": first[-1]}
        bad += [
            {"kind": "recategorise", "path": here, "category": "Code Execution"},
            {"kind": "add", "under": here, "criterion": taken},
            {"kind": "add", "under": here, "criterion": {"id": "z", "requirement": "Z."}, **both},
            {"kind": "move", "path": here, "under": spelled(first)},
        ]
    return draw(st.sampled_from(bad))


@st.composite
def edited(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]], list[int], dict[str, Any]]:
    """A criterion, edits of it, the numbers of those that do not fit, and what the others make of it."""
    before = draw(criteria())
    model = Model(before)
    edits, misfits = [], []
    for number in range(draw(st.integers(1, 8))):
        if draw(st.integers(0, 3)) == 0:
            misfits.append(number)
            edits.append(misfitting(draw, model))
        else:
            edits.append(fitting(draw, model))
            model.make(edits[-1])
    return before, edits, misfits, model.give((before["id"],))
