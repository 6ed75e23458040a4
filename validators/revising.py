"""Whether a document that means something else than before has a higher revision. Pure."""

from collections.abc import Callable
from typing import Any

from validators.digest import rubric_digest
from validators.documents import kind_and_faults
from validators.faults import Fault
from validators.hydration import fetchable
from validators.layout.keys import shape_of, without_defaults
from validators.tree import node_from_data
from validators.urls import place_of

# What an edit says of itself to its reviewer.
_FOR_REVIEWERS = ("reason", "was")


def revision_fault(kind: str, before: Any, after: Any, since: str) -> Fault | None:
    """What is wrong with the revision, if anything; since names the earlier state.

    Data that is misshapen at either end, and kinds without a revision, are passed over.
    """
    if kind not in _MEANINGS or any(kind_and_faults(data, kind)[1] for data in (before, after)):
        return None
    code, what, meaning = _MEANINGS[kind]
    old, new = int(before["revision"]), int(after["revision"])
    if meaning(before) != meaning(after):
        if new > old:
            return None
        is_still = "is still" if new == old else "is"
        message = f"{what} changed since {since}, and revision {is_still} {new}; write {old + 1}"
    elif new < old:
        message = f"revision was {old} at {since}, and never goes back; write {old}"
    else:
        return None
    return Fault(("revision",), message, code=code)


def _rubric(rubric: dict[str, Any]) -> Any:
    return _scored(rubric["criterion"])


def _scored(criterion: dict[str, Any]) -> str:
    """The digest of what scores depend on in a criterion and all below it."""
    bare = without_defaults({"criterion": criterion}, shape_of("rubric/v1"))["criterion"]
    stack = [bare]
    while stack:
        one = stack.pop()
        one.get("check", {}).pop("fixtures", None)
        stack.extend(one.get("children", ()))
    return rubric_digest(node_from_data(bare))


def _overlay(overlay: dict[str, Any]) -> Any:
    return overlay["base"], [_edit(edit) for edit in overlay["edits"]]


def _edit(edit: dict[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in edit.items() if key not in _FOR_REVIEWERS and value is not None}
    return said | ({"criterion": _scored(edit["criterion"])} if "criterion" in edit else {})


def _paper(paper: dict[str, Any]) -> Any:
    """What an attempt or a judge is given, and what an attempt needs; also where it is only pinned."""
    files = {f"papers/{paper['id']}/{file['path']}": file["sha256"] for file in paper["files"]}
    pinned = {place: sha256 for place, (_, sha256) in fetchable(paper).items()}
    return pinned | files, {key: value for key, value in paper.get("needs", {}).items() if value}


def _blacklist(blacklist: dict[str, Any]) -> Any:
    return sorted((place_of(entry["url"]), entry["kind"]) for entry in blacklist["entries"])


_MEANINGS: dict[str, tuple[str, str, Callable[[dict[str, Any]], Any]]] = {
    "rubric/v1": ("R205", "what is scored", _rubric),
    "overlay/v1": ("R205", "what the edits do", _overlay),
    "paper/v1": ("P330", "files or needs", _paper),
    "blacklist/v1": ("P330", "entries", _blacklist),
}
