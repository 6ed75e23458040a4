"""Which criteria are found again, and which verdicts stand, where ids and places say little."""

from dataclasses import replace

from hypothesis import given, settings

from runner.rubrics.comparing import Comparison, compare
from runner.rubrics.effect import effect_on
from tests.rubrics.edits import Edited, edited_trees
from tests.rubrics.test_comparing import stored
from tests.scoring.trees import CE, branch, leaf
from validators.digest import leaf_digests
from validators.tree import Node, leaves


def named(*pairs: tuple[str, str]) -> tuple[Node, ...]:
    """Leaves of these ids and texts."""
    return tuple(replace(leaf(name), requirement=text) for name, text in pairs)


def kinds(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """What happened, by path."""
    return {
        placed.path: change.kinds
        for change in comparison.changes
        if (placed := change.after or change.before) is not None
    }


def calls(old: Node, comparison: Comparison) -> int:
    """What it costs to judge anew, one repeat each."""
    scores = {path: 1.0 for path, _ in leaves(old)}
    return effect_on(stored(scores, repeats=1), comparison).calls


def test_one_more_in_front_of_numbered_leaves() -> None:
    old = branch("root", *named(("1", "alpha"), ("2", "beta"), ("3", "gamma")))
    new = branch("root", *named(("1", "first"), ("2", "alpha"), ("3", "beta"), ("4", "gamma")))
    comparison = compare(old, new)
    assert kinds(comparison) == {"root/1": ("added",)} | {f"root/{n}": ("renamed",) for n in (2, 3, 4)}
    assert calls(old, comparison) == 1
    assert comparison.asked_anew == ()


def test_one_more_in_front_of_numbered_branches_whose_leaves_are_alike() -> None:
    def numbered(*texts: str) -> Node:
        alike = named(("x", "It runs."), ("y", "It ends."))
        parts = [replace(branch(str(n), *alike), requirement=text) for n, text in enumerate(texts)]
        return branch("root", *parts)

    old, new = numbered("ant", "hopper"), numbered("walker", "ant", "hopper")
    comparison = compare(old, new)
    assert sorted(kinds(comparison).values()) == [("added",)] * 3 + [("renamed",)] * 2
    assert comparison.standing == {
        f"root/{n}/{name}": f"root/{n - 1}/{name}" for n in (1, 2) for name in ("x", "y")
    }


def test_a_renamed_leaf_whose_id_another_takes() -> None:
    old = branch("root", *named(("a", "alpha"), ("c", "gamma")), branch("b", *named(("d", "delta"))))
    below = branch("b", *named(("d", "delta"), ("a", "quite another")))
    new = branch("root", *named(("z", "alpha"), ("c", "gamma")), below)
    comparison = compare(old, new)
    assert kinds(comparison) == {"root/z": ("renamed",), "root/b/a": ("added",)}
    assert calls(old, comparison) == 1


def test_a_leaf_in_the_place_of_one_that_moved_is_another() -> None:
    old = branch("root", *named(("a", "alpha")), branch("b", *named(("d", "delta"))))
    new = branch("root", *named(("a", "new")), branch("b", *named(("d", "delta"), ("a", "alpha"))))
    assert kinds(compare(old, new)) == {"root/a": ("added",), "root/b/a": ("moved",)}


def test_a_text_that_several_bore_tells_none_of_them() -> None:
    old = branch("root", *named(("a", "alpha"), ("b", "alpha"), ("k", "kept")))
    new = branch("root", *named(("c", "alpha"), ("k", "kept")))
    comparison = compare(old, new)
    assert kinds(comparison) == {"root/c": ("added",), "root/a": ("removed",), "root/b": ("removed",)}
    # Whichever it was, the question has been answered.
    assert comparison.standing == {"root/c": "root/a", "root/k": "root/k"}


def test_a_verdict_stands_for_one_leaf_only() -> None:
    old = branch("root", *named(("a", "alpha"), ("k", "kept")))
    new = branch("root", *named(("b", "alpha"), ("c", "alpha"), ("k", "kept")))
    comparison = compare(old, new)
    assert comparison.standing == {"root/b": "root/a", "root/k": "root/k"}
    assert calls(old, comparison) == 1


def test_what_says_something_else_in_its_place_is_reworded() -> None:
    old = branch("root", *named(("a", "alpha")), replace(branch("b", leaf("x", CE)), requirement="one"))
    new = branch("root", *named(("a", "other")), replace(branch("b", leaf("x", CE)), requirement="two"))
    assert kinds(compare(old, new)) == {"root/a": ("reworded",), "root/b": ("reworded",)}


@settings(max_examples=60, deadline=None)
@given(edited_trees())
def test_no_verdict_is_thrown_away(made: Edited) -> None:
    old, new = leaf_digests(made.old), leaf_digests(made.new)
    standing = compare(made.old, made.new).standing
    unused = [old[path] for path in old.keys() - set(standing.values())]
    unanswered = [new[path] for path in new.keys() - standing.keys()]
    assert not set(unused) & set(unanswered)
