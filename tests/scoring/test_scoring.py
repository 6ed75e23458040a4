"""Scores of trees and groups: upstream's golden numbers, small cases, and what must always hold."""

import hashlib
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.scoring import Interval, tree_scores
from tests.data_folder import data_folder, upstream_data
from tests.scoring.oracle import leaf_score, root_score, summarise_paper_2025, summarise_upstream
from tests.scoring.trees import CD, CE, DATA, RA, branch, leaf, trees, upstream_node, upstream_rubric
from validators.tree import MODES, RULES, Mode, Node, Rule, effective_weights, leaves, walk

UPSTREAM: Rule = "upstream-2026-04"
PAPER: Rule = "paper-2025"
views = st.tuples(st.sampled_from(MODES), st.sampled_from(RULES))
marks = st.sampled_from([None, 0.0, 1.0, 0.5, 0.25])


def papers() -> list[str]:
    folder = data_folder()
    return sorted(path.name for path in (folder / "paperbench" / "papers").iterdir()) if folder else ["none"]


def scored(root: Node, score: Callable[[Node], float]) -> dict[str, float | None]:
    return {path: score(node) for path, node in leaves(root)}


def parity(node: Node) -> float:
    """The golden leaf score; a sibling's suffix is ours and no part of upstream's id."""
    return int(hashlib.sha256(node.id.split("~")[0].encode()).hexdigest(), 16) % 2


def total(root: Node, scores: dict[str, float | None], mode: Mode, rule: Rule = UPSTREAM) -> float:
    found = root_score(root, scores, mode, rule)
    assert found is not None
    assert found.lower == found.upper
    return found.lower


@pytest.mark.parametrize("paper", papers())
def test_golden_scores_of_the_official_rubrics(paper: str) -> None:
    facts = json.loads((upstream_data() / "upstream_facts.json").read_text())["papers"][paper]
    root = upstream_rubric(upstream_data() / "paperbench" / "papers" / paper)
    ones, even = scored(root, lambda _: 1.0), scored(root, parity)
    found = {
        "all_ones": total(root, ones, "full"),
        "all_zeros": total(root, scored(root, lambda _: 0.0), "full"),
        "only_code_development": total(root, scored(root, lambda one: float(one.category == CD)), "full"),
        "only_code_execution": total(root, scored(root, lambda one: float(one.category == CE)), "full"),
        "only_result_analysis": total(root, scored(root, lambda one: float(one.category == RA)), "full"),
        "sha256_parity": total(root, even, "full"),
        "sha256_parity_code_only": total(root, even, "code-dev"),
        "sha256_parity_resources_provided": total(root, even, "resources-provided"),
        "all_ones_resources_provided": total(root, ones, "resources-provided"),
    }
    assert found == pytest.approx(facts["golden"], abs=1e-12)
    assert len(ones) == facts["leaves"]
    assert [total(root, ones, mode, PAPER) for mode in MODES] == pytest.approx([1.0] * 3, abs=1e-12)


def test_expected_trees_of_judgeeval_score_what_they_say() -> None:
    expected = json.loads((upstream_data() / "upstream_facts.json").read_text())["judge_eval"]
    found = sorted((upstream_data() / "paperbench" / "judge_eval").glob("*/*/grading/expected_result.json"))
    assert found
    for path in found:
        data = json.loads(path.read_text())
        facts = expected["/".join(path.parts[-4:-2])]
        root = upstream_node(data)
        scores = leaf_scores(data)
        for rule in RULES:
            assert total(root, scores, "full", rule) == pytest.approx(facts["stored_root"], abs=1e-12)
            assert total(root, scores, "code-dev", rule) == pytest.approx(facts["code_only"], abs=1e-12)


def leaf_scores(data: dict[str, Any]) -> dict[str, float | None]:
    """The scores that stand in a graded tree, by path, in the order of the rubric's own leaves."""
    stored: list[float] = []

    def visit(node: dict[str, Any]) -> None:
        if not node["sub_tasks"]:
            stored.append(node["score"])
        for child in node["sub_tasks"]:
            visit(child)

    visit(data)
    return dict(zip((path for path, _ in leaves(upstream_node(data))), stored, strict=True))


def test_small_trees() -> None:
    root = branch(
        "root",
        branch("a", leaf("a1", CD, 3), leaf("a2", CE, 1), weight=2),
        branch("b", leaf("b1", CE)),
        leaf("c", RA),
    )
    ones = scored(root, lambda node: float(node.id != "a2"))
    assert total(root, ones, "full") == 0.875
    assert total(root, ones, "code-dev") == 1.0
    weightless = branch("root", leaf("x", weight=0), leaf("y", weight=0))
    assert total(weightless, {"root/x": 1.0, "root/y": 1.0}, "full") == 0.0
    assert root_score(weightless, {"root/x": 1.0, "root/y": 1.0}, "full", PAPER) is None
    assert root_score(branch("root", leaf("x", RA)), {"root/x": 1.0}, "code-dev", PAPER) is None


def test_a_pruned_branch_is_code_where_nothing_else_than_code_is_left() -> None:
    graded = branch("root", leaf("pruned", "Subtree", 3), branch("b", leaf("x")))
    assert total(graded, {"root/pruned": 0.4, "root/b/x": 1.0}, "code-dev", PAPER) == pytest.approx(0.55)
    mixed = branch("root", leaf("pruned", "Subtree", 3), branch("b", leaf("x"), leaf("y", CE)))
    assert total(mixed, {"root/b/x": 0.5}, "code-dev", PAPER) == 0.5
    alone = leaf("root", "Subtree")
    assert total(alone, {"root": 0.25}, "code-dev") == 0.25


def test_upstream_lets_provided_resources_drag_the_score_down_and_the_paper_does_not() -> None:
    root = branch("root", branch("data", leaf("d1", facet=DATA), leaf("d2", facet=DATA)), leaf("method"))
    ones = scored(root, lambda _: 1.0)
    assert total(root, ones, "full") == 1.0
    assert total(root, ones, "resources-provided") == 0.5
    assert total(root, ones, "resources-provided", PAPER) == 1.0


def test_a_score_is_an_interval_until_every_leaf_is_judged() -> None:
    root = branch("root", branch("a", leaf("x"), leaf("y"), weight=3), leaf("z"))
    found = tree_scores(root, {"root/a/x": 1.0, "root/z": None}, "full", PAPER)
    assert found["root"] == Interval(0.375, 1.0, 1, 3)
    assert found["root/a"] == Interval(0.5, 1.0, 1, 2)
    assert not found["root"].complete
    assert tree_scores(root, {"root/a/x": 1.0}, "full", UPSTREAM)["root"].upper == 0.375


@pytest.mark.parametrize("score", [-0.1, 1.5, math.nan, math.inf])
def test_a_score_outside_its_range_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="root/x"):
        tree_scores(branch("root", leaf("x")), {"root/x": score}, "full", PAPER)


def test_a_leaf_without_all_its_repeats_has_no_score() -> None:
    assert leaf_score([1.0, 0.0, 0.5]) == 0.5
    assert leaf_score([1.0, None]) is None
    assert leaf_score([]) is None


GROUPS = [
    ([("p", 0.2), ("q", 0.4)], 1, 0.3, None, 1),
    ([("p", 0.2)], 1, None, None, 0),
    (
        [("p", 0.2), ("q", 0.4), ("p", 0.4), ("q", 0.6), ("p", 0.6), ("q", 0.8)],
        3,
        0.5,
        0.11547005383792514,
        3,
    ),
    ([("p", 0.2), ("q", 0.4), ("p", 0.4)], 2, 0.3, None, 1),
    ([("q", 0.4), ("p", 0.6), ("q", 0.6)], 2, 0.5, None, 1),
]


@pytest.mark.parametrize(("results", "tries", "mean", "error", "complete"), GROUPS)
def test_upstreams_group_metric(
    results: list[tuple[str, float]], tries: int, mean: float | None, error: float | None, complete: int
) -> None:
    found = summarise_upstream(results, ("p", "q"), tries)
    assert found.mean == (None if mean is None else pytest.approx(mean, abs=1e-15))
    assert found.standard_error == (None if error is None else pytest.approx(error, abs=1e-15))
    assert found.complete_attempts == complete


def test_upstreams_gaps_close_up_in_order_of_arrival() -> None:
    found = summarise_upstream([("p", 0.2), ("p", 0.4), ("q", 0.6)], ("p", "q"), 3)
    assert found.by_paper == {"p": (0.2, 0.4, None), "q": (0.6, None, None)}
    with pytest.raises(ValueError, match="more graded results"):
        summarise_upstream([("p", 0.2), ("p", 0.4)], ("p",), 1)


def exactly(score: float) -> Interval:
    return Interval(score, score, 1, 1)


def test_the_papers_group_metric_counts_what_is_missing() -> None:
    full = [{"p": exactly(0.2), "q": exactly(0.4)}, {"p": exactly(0.4), "q": exactly(0.8)}]
    found = summarise_paper_2025(full, ("p", "q"))
    assert found.score == pytest.approx(0.45)
    assert found.attempts == 2
    assert found.standard_error == pytest.approx(0.15, abs=1e-12)
    gap = summarise_paper_2025([full[0], {"p": exactly(0.4)}], ("p", "q"))
    assert [gap.lower, gap.upper] == pytest.approx([0.25, 0.5])
    assert gap.score is None
    assert gap.standard_error is None
    nothing = summarise_paper_2025([{"p": exactly(0.4), "q": Interval(0.0, 0.0)}], ("p", "q"))
    assert (nothing.score, nothing.standard_error) == (0.2, None)


@given(trees(), views, st.data())
def test_the_interval_holds_every_completion_and_weights_agree(
    root: Node, chosen: tuple[Mode, Rule], data: st.DataObject
) -> None:
    mode, _ = chosen
    partial = {path: data.draw(marks) for path, _ in leaves(root)}
    whole = {path: data.draw(st.floats(0, 1)) if mark is None else mark for path, mark in partial.items()}
    before, after = root_score(root, partial, mode, PAPER), root_score(root, whole, mode, PAPER)
    assert (before is None) == (after is None)
    if before is None or after is None:
        return
    assert before.lower - 1e-12 <= after.lower <= before.upper + 1e-12
    assert after.complete
    assert after.lower == after.upper
    for rule in RULES:
        shares = effective_weights(root, mode, rule)
        found = root_score(root, whole, mode, rule)
        assert found is not None
        assert found.lower == pytest.approx(
            sum(share * whole[path] for path, share in shares.items()), abs=1e-12
        )
        assert found.leaves == sum(share > 0 for share in shares.values())


@given(trees(), views, st.data())
def test_a_better_leaf_never_lowers_a_score(
    root: Node, chosen: tuple[Mode, Rule], data: st.DataObject
) -> None:
    scores = {path: data.draw(marks) for path, _ in leaves(root)}
    path = data.draw(st.sampled_from(sorted(scores)))
    better = scores | {path: 1.0}
    before, after = root_score(root, scores, *chosen), root_score(root, better, *chosen)
    if before is not None and after is not None:
        assert after.lower >= before.lower - 1e-12
        assert after.upper >= before.upper - 1e-12


@given(trees(), st.sampled_from(MODES))
def test_all_ones_are_one_in_every_mode(root: Node, mode: Mode) -> None:
    found = root_score(root, scored(root, lambda _: 1.0), mode, PAPER)
    assert found is None or found.lower == pytest.approx(1.0, abs=1e-12)


def test_every_node_has_an_interval() -> None:
    root = branch("root", branch("a", leaf("x"), leaf("y")), leaf("z"))
    assert set(tree_scores(root, {}, "full", PAPER)) == {path for path, _ in walk(root)}
