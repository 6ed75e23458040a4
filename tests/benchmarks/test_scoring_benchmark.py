"""Scores of 20 runs of 11 papers: the boards' own query against a plain recursion over the same trees."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from runner.database.collect import collect
from runner.database.reading import DATABASE
from tests.data_folder import upstream_data
from tests.run_maker import RunMaker
from tests.scoring.trees import upstream_rubric
from validators.tree import Node, leaves

RUNS = 20
ROUNDS = 15
QUERY = "SELECT trial, lower FROM grading_scores"

Tree = tuple[float, Any]


def rubrics() -> dict[str, Node]:
    folder = upstream_data() / "paperbench" / "papers"
    return {path.name: upstream_rubric(path) for path in sorted(folder.iterdir())}


def judged_runs(runs: Path, papers: dict[str, Node]) -> dict[str, dict[str, float]]:
    """Twenty attempts at every paper, each leaf judged by a coin; the scores by trial and path."""
    maker = RunMaker(runs, papers, attempts=RUNS)
    maker.plan()
    coin = Random(20250409)
    scores = {}
    for trial in maker.trials():
        scores[trial] = {path: float(coin.random() < 0.5) for path in maker.leaf_paths(trial)}
        maker.grade_all(trial, scores[trial])
    return scores


def plain_tree(node: Node, places: list[int]) -> Tree:
    """The tree as the leanest thing to recurse over: weight, and children or the leaf's place."""
    if not node.children:
        places.append(len(places))
        return node.weight, places[-1]
    return node.weight, [plain_tree(child, places) for child in node.children]


def recursion(tree: Tree, scores: list[float]) -> float:
    """The weighted mean up the tree."""
    below = tree[1]
    if isinstance(below, int):
        return scores[below]
    weighted = sum(child[0] * recursion(child, scores) for child in below)
    return float(weighted / sum(child[0] for child in below))


def interleaved(contenders: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The fastest of several rounds of each, taken in turn, in seconds of wall time."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_one_query_scores_all_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = rubrics()
    scores = judged_runs(tmp_path, papers)
    start = time.perf_counter()
    collect(tmp_path)
    collecting = time.perf_counter() - start
    trees = {paper: plain_tree(root, []) for paper, root in papers.items()}
    order = {paper: [path for path, _ in leaves(root)] for paper, root in papers.items()}
    lists = {
        trial: [by_path[path] for path in order[trial.split("/")[0]]] for trial, by_path in scores.items()
    }
    expected = {trial: recursion(trees[trial.split("/")[0]], found) for trial, found in lists.items()}
    with duckdb.connect(str(tmp_path / DATABASE), read_only=True, config={"threads": 2}) as database:
        names = dict(database.execute("SELECT trial, id FROM trials").fetchall())
        found = {names[trial]: score for trial, score in database.execute(QUERY).fetchall()}
        best = interleaved(
            {
                "query": lambda: database.execute(QUERY).fetchall(),
                "recursion": lambda: [
                    recursion(trees[trial.split("/")[0]], found) for trial, found in lists.items()
                ],
            }
        )
    assert found == pytest.approx(expected, abs=1e-12)
    with capsys.disabled():
        rows = sum(map(len, lists.values()))
        print(
            f"\n{len(found)} trials, {rows} verdicts, {len(papers)} papers; collected in {collecting:.1f} s"
        )
        print(f"query {1e3 * best['query']:.1f} ms, recursion {1e3 * best['recursion']:.1f} ms")
        print(f"ratio query / recursion: {best['query'] / best['recursion']:.3f} (goal 0.25)")
