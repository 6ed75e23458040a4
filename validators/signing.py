"""Sign-offs of a rubric: what a signed branch was, and what a signed-off rubric still lacks. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from validators.digest import digest_json
from validators.ids import escape_id
from validators.words import shown

Criterion = dict[str, Any]
_DIGITS = 16
_NAMED = 3


def branches(rubric: dict[str, Any]) -> dict[str, Criterion]:
    """Every branch of a rubric by its path of ids from the root, parents first, in order."""
    found: dict[str, Criterion] = {}
    stack: list[tuple[str, Criterion]] = [("", rubric["criterion"])]
    while stack:
        above, criterion = stack.pop()
        children = criterion.get("children") or ()
        if children:
            path = above + escape_id(criterion["id"])
            found[path] = criterion
            stack.extend((f"{path}/", child) for child in reversed(children))
    return found


def branch_digest(branch: Criterion) -> str:
    """16 hex digits of what somebody signs who says that the children together entail the branch.

    The branch's text, and its children's ids and texts in order; whatever else they say does not matter.
    """
    children = [[child["id"], child["requirement"]] for child in branch["children"]]
    return digest_json([branch["requirement"], children])[:_DIGITS]


def sign_offs(rubric: dict[str, Any]) -> list[dict[str, Any]]:
    """The sign-offs of a rubric."""
    return list(rubric.get("sign_offs") or ())


def outdated(rubric: dict[str, Any]) -> Iterator[tuple[int, str, bool]]:
    """Signed branches that no longer hold: number of the sign-off, path, and whether it is still a branch."""
    named = [(number, one.get("branches") or {}) for number, one in enumerate(sign_offs(rubric))]
    if not any(paths for _, paths in named):
        return
    now = branches(rubric)
    for number, paths in named:
        for path, digest in paths.items():
            if path not in now or branch_digest(now[path]) != digest:
                yield number, path, path in now


def unsigned_branches(rubric: dict[str, Any]) -> list[str]:
    """The paths of the branches that nobody has signed as they stand, parents first."""
    named = {entry for one in sign_offs(rubric) for entry in (one.get("branches") or {}).items()}
    return [path for path, branch in branches(rubric).items() if (path, branch_digest(branch)) not in named]


def lacks(rubric: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a rubric lacks to be signed off, in words, by the code of the finding that says so."""
    if not any(one.get("role") == "paper_author" for one in sign_offs(rubric)):
        yield "R230", "no paper_author has signed"
    if bare := unsigned_branches(rubric):
        yield "R232", f"nobody has signed {_some(bare)} as {'it stands' if len(bare) == 1 else 'they stand'}"


def _some(paths: list[str]) -> str:
    named = ", ".join(shown(path) for path in paths[:_NAMED])
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{len(paths)} branch{'es' if len(paths) != 1 else ''} ({named}{more})"


def signed(
    rubric: dict[str, Any], name: str, role: str, date: str, paths: Iterable[str]
) -> list[dict[str, Any]]:
    """The sign-offs with one more, or with the same person's brought up to date; order is kept.

    Branches signed before stay signed as far as they still hold; the rest is cleared.
    """
    made = cleared(rubric)
    now = branches(rubric)
    added = {path: branch_digest(now[path]) for path in paths}
    own = next((one for one in made if (one["name"], one["role"]) == (name, role)), None)
    if own is None:
        own = {"name": name, "role": role}
        made.append(own)
    held = {**own.pop("branches", {}), **added}
    own["date"] = date
    if held:
        own["branches"] = {path: held[path] for path in now if path in held}
    return made


def cleared(rubric: dict[str, Any]) -> list[dict[str, Any]]:
    """The sign-offs without the branches that no longer hold."""
    gone = {(number, path) for number, path, _ in outdated(rubric)}
    made: list[dict[str, Any]] = []
    for number, one in enumerate(sign_offs(rubric)):
        kept = {
            path: digest for path, digest in (one.get("branches") or {}).items() if (number, path) not in gone
        }
        made.append({key: value for key, value in one.items() if key != "branches"})
        if kept:
            made[-1]["branches"] = kept
    return made
