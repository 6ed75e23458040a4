"""The database's scores against a plain recursion, on random trees and random grading histories."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.database.collect import collect
from runner.database.reading import opened, set_view
from tests.run_maker import RunMaker
from tests.scoring.oracle import leaf_score, root_score
from tests.scoring.trees import trees
from validators.tree import MODES, RULES, Node, effective_weights, leaves

# What is appended for one leaf and repeat, in order: None is a failed verdict.
History = list[float | None]
histories = st.lists(st.sampled_from([None, 0.0, 1.0, 0.25, 0.7]), max_size=3)


def standing(history: History) -> float | None:
    """The first verdict that is not failed."""
    return next((score for score in history if score is not None), None)


def draw_histories(data: st.DataObject, root: Node, repeats: int) -> dict[tuple[str, int], History]:
    return {(path, repeat): data.draw(histories) for path, _ in leaves(root) for repeat in range(repeats)}


def write(maker: RunMaker, trial: str, found: Mapping[tuple[str, int], History]) -> None:
    """Append all histories, the first lines of all leaves first."""
    maker.ran(trial)
    rounds = [
        maker.verdict(trial, path, history[turn], repeat)
        for turn in range(3)
        for (path, repeat), history in found.items()
        if turn < len(history)
    ]
    maker.graded(trial, rounds)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees(), min_size=1, max_size=4), st.integers(1, 3), st.data())
def test_queries_agree_with_the_recursion(roots: list[Node], repeats: int, data: st.DataObject) -> None:
    rubrics = {f"p{number}": root for number, root in enumerate(roots)}
    with tempfile.TemporaryDirectory() as name:
        maker = RunMaker(Path(name), rubrics, repeats=repeats)
        maker.plan()
        found = {
            trial: draw_histories(data, rubrics[trial.split("/")[0]], repeats) for trial in maker.trials()
        }
        for trial, one in found.items():
            write(maker, trial, one)
        collect(Path(name))
        with opened(Path(name)) as database:
            for rule in RULES:
                for mode in MODES:
                    set_view(database, mode, rule, None)
                    compare(database, rubrics, found, repeats)


def compare(
    database: duckdb.DuckDBPyConnection,
    rubrics: Mapping[str, Node],
    found: Mapping[str, Mapping[tuple[str, int], History]],
    repeats: int,
) -> None:
    query = "SELECT id, paper, rule, mode, lower, upper, judged, leaves, complete FROM trial_scores"
    rows = database.execute(query).fetchall()
    assert {row[0] for row in rows} == set(found)
    for trial, paper, rule, mode, lower, upper, judged, count, complete in rows:
        root, one = rubrics[paper], found[trial]
        paths = [path for path, _ in leaves(root)]
        stands = {path: [standing(one[path, repeat]) for repeat in range(repeats)] for path in paths}
        asked = {path: all(one[path, repeat] for repeat in range(repeats)) for path in paths}
        if rule == "upstream-2026-04":
            scores = {path: sum(score or 0.0 for score in stands[path]) / repeats for path in paths}
            shares = {path for path, share in effective_weights(root, mode, rule).items() if share}
            expected = root_score(root, scores, mode, rule)
            assert complete == (expected is not None and all(asked[path] for path in shares))
            if complete:
                assert expected is not None
                assert (lower, upper) == pytest.approx((expected.lower, expected.lower), abs=1e-12)
            else:
                assert (lower, upper) == (None, None)
            continue
        expected = root_score(root, {path: leaf_score(stands[path]) for path in paths}, mode, rule)
        if expected is None:
            assert (lower, upper, count, complete) == (None, None, None, False)
            continue
        assert (judged, count, complete) == (expected.judged, expected.leaves, expected.complete)
        assert (lower, upper) == pytest.approx((expected.lower, expected.upper), abs=1e-12)
        if complete:
            assert lower == upper
