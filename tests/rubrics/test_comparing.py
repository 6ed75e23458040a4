"""What a comparison of rubrics says, against edits made at random and by hand."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.database.collect import collect
from runner.database.reading import opened
from runner.rubrics.comparing import compare
from runner.rubrics.effect import Bounds, StoredScore, effect_on
from runner.rubrics.matching import side
from runner.rubrics.stored import stored_scores
from tests.rubrics.edits import Edited, edited_trees, paths_by_id, worded
from tests.run_maker import RunMaker
from tests.scoring.oracle import root_score
from tests.scoring.trees import CE, branch, leaf, trees
from validators.digest import leaf_digests, rubric_digest
from validators.tree import MODES, RULES, Node, effective_weights, leaves

BOUNDED = settings(max_examples=60, deadline=None)
SCORES = st.sampled_from([0.0, 1.0, 0.5, None])


def told(old: Node, new: Node) -> dict[str, set[str]]:
    """The kinds of change by id."""
    return {
        placed.node.id: set(change.kinds)
        for change in compare(old, new).changes
        if (placed := change.after or change.before)
    }


def scores_for(root: Node, draw: Any) -> dict[str, float]:
    drawn = {path: draw(SCORES) for path, _ in leaves(root)}
    return {path: score for path, score in drawn.items() if score is not None}


def stored(scores: dict[str, float], **changes: Any) -> StoredScore:
    plain = StoredScore(
        run="run", trial="p/a/1", agent="a", agent_digest="d", judge="j", key="k", protocol="full",
        mode="full", rule="paper-2025", state="judged",
        repeats=3, deciders=frozenset({"llm"}), before=Bounds(0.0, 0.0, 0, 0), scores=scores,
    )  # fmt: skip
    return replace(plain, **changes)


@BOUNDED
@given(trees())
def test_a_rubric_does_not_differ_from_itself(root: Node) -> None:
    comparison = compare(root, root)
    assert comparison.changes == ()
    assert comparison.asked_anew == ()
    assert comparison.moved_share == 0
    assert dict(comparison.standing) == {path: path for path, _ in leaves(root)}


@BOUNDED
@given(trees(), trees())
def test_any_two_rubrics_can_be_compared(old: Node, new: Node) -> None:
    comparison = compare(old, new)
    digests, new_digests = leaf_digests(old), leaf_digests(new)
    assert all(digests[was] == new_digests[path] for path, was in comparison.standing.items())
    assert len(set(comparison.standing.values())) == len(comparison.standing)
    assert -1e-9 <= comparison.moved_share <= 1 + 1e-9
    after = side(new)
    for change in comparison.changes:
        assert change.after is None or after[change.after.path] == change.after
    kept = len(after) - sum(change.kinds == ("added",) for change in comparison.changes)
    assert kept == len(side(old)) - sum(change.kinds == ("removed",) for change in comparison.changes)
    if not comparison.changes:
        assert rubric_digest(old) == rubric_digest(new)


@BOUNDED
@given(edited_trees())
def test_random_edits_are_told_exactly(made: Edited) -> None:
    assert told(made.old, made.new) == made.told


@BOUNDED
@given(edited_trees())
def test_verdicts_stand_where_the_question_is_the_same(made: Edited) -> None:
    comparison = compare(made.old, made.new)
    old, new = leaf_digests(made.old), leaf_digests(made.new)
    places = paths_by_id(made.old)
    same = {
        path: places[node.id]
        for path, node in leaves(made.new)
        if node.id in places and old.get(places[node.id]) == new[path]
    }
    assert dict(comparison.standing) == same


@BOUNDED
@given(edited_trees())
def test_the_share_that_moves_is_what_leaves_lose(made: Edited) -> None:
    places, new_places = paths_by_id(made.old), paths_by_id(made.new)
    old = effective_weights(made.old, "full", "paper-2025")
    new = effective_weights(made.new, "full", "paper-2025")
    ids = {node.id for _, node in [*leaves(made.old), *leaves(made.new)]}
    change = [new.get(new_places.get(name, ""), 0) - old.get(places.get(name, ""), 0) for name in ids]
    assert compare(made.old, made.new).moved_share == pytest.approx(math.fsum(map(abs, change)) / 2, abs=1e-9)


@BOUNDED
@given(edited_trees(), st.data(), st.sampled_from(MODES), st.sampled_from(RULES))
def test_the_new_score_is_that_of_the_new_tree_with_the_verdicts_that_stand(
    made: Edited, data: st.DataObject, mode: Any, rule: Any
) -> None:
    scores = scores_for(made.old, data.draw)
    comparison = compare(made.old, made.new)
    effect = effect_on(stored(scores, mode=mode, rule=rule), comparison)
    places = paths_by_id(made.old)
    old, new = leaf_digests(made.old), leaf_digests(made.new)
    kept = {
        path: scores[places[node.id]]
        for path, node in leaves(made.new)
        if places.get(node.id) in scores and old[places[node.id]] == new[path]
    }
    expected = root_score(made.new, kept, mode, rule)
    if expected is None or (rule == "upstream-2026-04" and not expected.complete):
        assert effect.after.lower is None
        return
    assert (effect.after.judged, effect.after.leaves) == (expected.judged, expected.leaves)
    assert effect.after.lower == pytest.approx(expected.lower, abs=1e-12)
    assert effect.after.upper == pytest.approx(expected.upper, abs=1e-12)


@BOUNDED
@given(trees(zero_weights=False).map(worded), st.data())
def test_judging_what_is_open_restores_full_coverage(root: Node, data: st.DataObject) -> None:
    scores = dict.fromkeys(dict(leaves(root)), 1.0)
    path, _ = data.draw(st.sampled_from(list(leaves(root))))
    new = _reworded(root, path.rpartition("/")[2])
    effect = effect_on(stored(scores), compare(root, new))
    assert (effect.to_judge, effect.calls) == (1, 3)
    assert effect.after.leaves - effect.after.judged == effect.to_judge


def _reworded(node: Node, name: str) -> Node:
    children = tuple(_reworded(child, name) for child in node.children)
    words = "quite another" if node.id == name else node.requirement
    return replace(node, requirement=words, children=children)


@settings(max_examples=8, deadline=None)
@given(edited_trees(), st.data())
def test_the_new_score_is_what_the_database_says_of_the_new_rubric(
    tmp_path_factory: pytest.TempPathFactory, made: Edited, data: st.DataObject
) -> None:
    runs = tmp_path_factory.mktemp("runs")
    old = RunMaker(runs, {"p": made.old}, name="old")
    old.plan()
    scores = scores_for(made.old, data.draw)
    old.grade_all("p/oracle/1", scores)
    comparison = compare(made.old, made.new)
    new = RunMaker(runs, {"p": made.new}, name="new")
    new.plan()
    new.grade_all(
        "p/oracle/1", {path: scores[was] for path, was in comparison.standing.items() if was in scores}
    )
    collect(runs)
    with opened(runs) as database:
        found = stored_scores(database, rubric_digest(made.old))
        row = database.execute(
            "SELECT lower, upper, judged, leaves FROM trial_scores WHERE run = 'new'"
        ).fetchone()
    effect = effect_on(found[0], comparison)
    assert found[0].scores == scores
    assert (effect.after.judged, effect.after.leaves) == row[2:]
    assert (effect.after.lower, effect.after.upper) == pytest.approx(row[:2], abs=1e-12)


def test_a_renamed_branch_keeps_what_is_below_it() -> None:
    old = branch("root", branch("a", leaf("x"), leaf("y", CE)), branch("b", leaf("x")))
    new = branch("root", replace(old.children[0], id="c"), old.children[1])
    (change,) = compare(old, new).changes
    assert change.kinds == ("renamed",)
    assert compare(old, new).standing == {
        "root/c/x": "root/a/x",
        "root/c/y": "root/a/y",
        "root/b/x": "root/b/x",
    }


def test_a_new_text_above_asks_for_every_leaf_below_anew() -> None:
    old = branch("root", branch("a", leaf("x"), leaf("y", CE)), leaf("z"))
    new = branch("root", replace(old.children[0], requirement="something else"), old.children[1])
    comparison = compare(old, new)
    assert [change.kinds for change in comparison.changes] == [("reworded",)]
    assert comparison.asked_anew == ("root/a/x", "root/a/y")


def test_another_order_is_told_and_costs_nothing() -> None:
    old = branch("root", leaf("x"), leaf("y"))
    new = branch("root", leaf("y"), leaf("x"))
    comparison = compare(old, new)
    assert [change.kinds for change in comparison.changes] == [("reordered",)]
    assert len(comparison.standing) == 2


def test_a_leaf_that_becomes_a_branch_is_removed_and_added() -> None:
    old = branch("root", leaf("x"), leaf("y"))
    new = branch("root", branch("x", leaf("p"), leaf("q")), leaf("y"))
    assert sorted(change.kinds for change in compare(old, new).changes) == [
        ("added",), ("added",), ("added",), ("removed",)
    ]  # fmt: skip


def test_checks_and_missing_reproductions_cost_no_call(tmp_path: Path) -> None:
    old = branch("root", leaf("x"), leaf("y", CE), leaf("z"))
    check = {"kind": "file_exists", "glob": "*"}
    changed = (replace(old.children[0], check=check), replace(old.children[1], requirement="other"))
    new = replace(old, children=(*changed, replace(old.children[2], requirement="other")))
    scores = {"root/x": 1.0, "root/y": 0.0, "root/z": 1.0}
    asked = stored(scores, deciders=frozenset({"llm"}))
    assert effect_on(asked, compare(old, new)).calls == 9
    decided = stored(scores, deciders=frozenset({"llm", "check", "rule"}))
    effect = effect_on(decided, compare(old, new))
    assert (effect.to_judge, effect.calls) == (2, 3)


@pytest.mark.parametrize(("state", "bounds"), [("zero", (0.0, 0.0)), ("open", (0.0, 1.0))])
def test_what_was_never_judged_stays_as_it_is(state: str, bounds: tuple[float, float]) -> None:
    old = branch("root", leaf("x"), leaf("y"))
    new = branch("root", leaf("x", weight=5), leaf("y"))
    effect = effect_on(stored({}, state=state), compare(old, new))
    assert (effect.after.lower, effect.after.upper) == bounds
    assert effect.calls == 0
