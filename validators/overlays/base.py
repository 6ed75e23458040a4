"""What an overlay is pinned to: upstream's rubric.json, by the sha256 that its paper pins. Pure."""

from collections.abc import Iterator
from typing import Any

from validators.digest import sha256_bytes
from validators.upstream_json import rubric_json

# What rubric.json says of a criterion; ids are renamed where siblings share one.
_FROM_UPSTREAM = frozenset({"id", "requirement", "weight", "category", "facet", "upstream_id", "children"})


def pinned_sha256(paper: dict[str, Any]) -> str | None:
    """The sha256 of rubric.json that a paper's document pins; None for a paper whose rubric is ours."""
    files = (paper.get("source") or {}).get("files") or ()
    return next((file["sha256"] for file in files if file["path"] == "rubric.json"), None)


def why_another_base(rubric: dict[str, Any], overlay: dict[str, Any]) -> str | None:
    """Why the rubric is not the one that the overlay is pinned to; None where it is."""
    what = why_not_upstreams(rubric, overlay["base"])
    if what is None:
        return None
    return f"rubrics/{overlay['paper']}.yaml {what}; hydrate it again, and make edits here alone"


def why_not_upstreams(rubric: dict[str, Any], sha256: str) -> str | None:
    """Why the rubric is not the rubric.json of this sha256, to the byte and with nothing beyond it."""
    if sha256_bytes(rubric_json(rubric["criterion"])) != sha256:
        return "is not the rubric.json of this sha256"
    if extra := next(beyond_upstream(rubric["criterion"]), None):
        return f"says {extra}, which rubric.json does not"
    return None


def beyond_upstream(criterion: dict[str, Any]) -> Iterator[str]:
    """The keys of a criterion and of all below it that rubric.json knows nothing of."""
    yield from (f"'{key}'" for key in criterion if key not in _FROM_UPSTREAM)
    for child in criterion.get("children") or ():
        yield from beyond_upstream(child)
