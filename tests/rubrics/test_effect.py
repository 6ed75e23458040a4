"""What a change of a rubric does to scores that a rule, a protocol or a failure decided."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.database.collect import collect
from runner.database.reading import opened, set_view
from runner.rubrics.comparing import compare
from runner.rubrics.effect import Effect, StoredScore, effect_on, means
from runner.rubrics.stored import stored_scores
from runner.rubrics.tables import mean_table
from tests.rubrics.test_comparing import stored
from tests.run_maker import RunMaker, digest
from tests.scoring.trees import CE, branch, leaf
from validators.digest import rubric_digest
from validators.tree import Node

OLD = branch("root", leaf("x"), leaf("y", CE))


def reworded(root: Node, *names: str) -> Node:
    """The tree with other texts of these leaves."""
    children = [replace(one, requirement="other") if one.id in names else one for one in root.children]
    return replace(root, children=tuple(children))


def found(runs: Path, mode: str | None = None, rule: str | None = None) -> list[StoredScore]:
    """The stored scores of the old rubric."""
    collect(runs)
    with opened(runs) as database:
        set_view(database, mode, rule, None)
        return stored_scores(database, rubric_digest(OLD))


def bounds(effect: Effect) -> tuple[Any, ...]:
    return effect.after.lower, effect.after.upper, effect.after.judged, effect.to_judge, effect.calls


def test_without_a_reproduction_the_rule_decides_reworded_leaves_as_well() -> None:
    decided = stored({"root/x": 1.0, "root/y": 0.0}, deciders=frozenset({"llm", "rule"}))
    assert bounds(effect_on(decided, compare(OLD, reworded(OLD, "y")))) == (0.5, 0.5, 2, 0, 0)
    assert bounds(effect_on(decided, compare(OLD, reworded(OLD, "x")))) == (0.0, 0.5, 1, 1, 3)


@pytest.mark.parametrize(
    ("state", "expected"), [("zero", (0.0, 0.0, 2, 0, 0)), ("open", (0.0, 1.0, 0, 0, 0))]
)
def test_verdicts_of_a_grading_that_does_not_count_stay_out(state: str, expected: tuple[Any, ...]) -> None:
    before = stored({"root/x": 1.0, "root/y": 1.0}, state=state)
    assert bounds(effect_on(before, compare(OLD, reworded(OLD, "y")))) == expected


def test_what_a_protocol_never_asks_for_costs_no_call(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    maker = RunMaker(runs, {"p": OLD}, protocol="code-dev")
    maker.plan()
    maker.grade_all("p/oracle/1", {"root/x": 1.0})
    change = compare(OLD, reworded(OLD, "x", "y"))
    (own,), (full,) = found(runs), found(runs, mode="full")
    assert (own.protocol, own.mode, full.protocol, full.mode) == ("code-dev", "code-dev", "code-dev", "full")
    assert bounds(effect_on(own, change)) == (0.0, 1.0, 0, 1, 1)
    assert bounds(effect_on(full, change)) == (0.0, 1.0, 0, 1, 1)


def test_a_failed_verdict_is_0_under_upstreams_rule_and_missing_under_the_papers(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    maker = RunMaker(runs, {"p": OLD})
    maker.plan()
    maker.grade_all("p/oracle/1", {"root/x": 1.0, "root/y": None})
    (paper,), (upstream,) = found(runs), found(runs, rule="upstream-2026-04")
    assert (paper.scores, upstream.scores) == ({"root/x": 1.0}, {"root/x": 1.0, "root/y": 0.0})
    heavier = replace(OLD, children=(leaf("x", weight=3), OLD.children[1]))
    assert effect_on(upstream, compare(OLD, heavier)).after.score == pytest.approx(0.75)
    assert effect_on(paper, compare(OLD, heavier)).after.upper == pytest.approx(1.0)


def test_agents_of_one_name_and_two_configs_have_a_mean_each(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    config = {"schema": "agent/v1", "id": "oracle", "kind": "noop"}
    for name, score in (("one", 1.0), ("two", 0.0)):
        maker = RunMaker(runs, {"p": OLD}, name=name)
        maker.plan(agents=[{"config": config, "digest": digest(name)}])
        maker.grade_all("p/oracle/1", {"root/x": score, "root/y": score})
    made = means([effect_on(one, compare(OLD, OLD)) for one in found(runs)])
    assert len({mean.key for mean in made}) == 1
    assert {mean.agent_digest: (mean.attempts, mean.before.score) for mean in made} == {
        digest("one"): (1, 1.0),
        digest("two"): (1, 0.0),
    }
    columns, rows = mean_table(made)
    assert columns[:2] == ("agent", "config")
    assert {row[1] for row in rows} == {digest("one")[:8], digest("two")[:8]}
