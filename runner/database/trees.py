"""The score of one trial, criterion by criterion, from its standing verdicts."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.database.showing import score_text
from runner.errors import PaperbenchError
from runner.run_folder import RunFolder
from runner.scoring import Interval, tree_scores
from validators.tree import Mode, Node, Rule, node_shares, view, walk

FIND = """
SELECT g.grading, g.judge, g.kind || coalesce(' (' || g.model || ')', ''), g.judge = r.judge,
       t.state, t.why, t.protocol, r.scoring, b.digest,
       t.rubric_status
FROM gradings g JOIN trials t USING (trial) JOIN runs r USING (run) JOIN rubrics b ON b.rubric = t.rubric
WHERE t.run = $1 AND t.id = $2 AND ($3 IS NULL OR $3 IN (g.kind, g.model) OR starts_with(g.judge, $3))
ORDER BY g.kind, g.judge
"""
LEAF_SCORES = """
SELECT l.path, sum(coalesce(v.score, 0)) / g.repeats
FROM verdicts v JOIN leaves l USING (leaf) JOIN gradings g USING (grading)
WHERE v.grading = ? AND (v.counts OR ?) GROUP BY l.path, g.repeats HAVING count(*) = g.repeats
"""


@dataclass(frozen=True)
class FoundGrading:
    """One trial under one judge, as the database has it."""

    grading: int
    judge: str
    label: str
    state: str
    why: str | None
    protocol: Mode
    scoring: Rule
    rubric: str
    rubric_status: str
    others: tuple[str, ...]


def find_grading(database: Any, run: str, trial: str, judge: str | None) -> FoundGrading:
    """The grading that is meant: the planned judge's where several could be; raises PaperbenchError."""
    found = database.execute(FIND, [run, trial, judge]).fetchall()
    if not found:
        which = f" by a judge '{judge}'" if judge else ""
        raise PaperbenchError(f"run {run} has no trial '{trial}'{which}; 'board by_paper' lists them")
    chosen = [row for row in found if row[3]] or found
    if len(chosen) > 1:
        names = ", ".join(f"{label} {digest[:8]}" for _, digest, label, *_ in chosen)
        raise PaperbenchError(f"several judges graded '{trial}': {names}; choose one with --judge")
    grading, digest, label, _, state, why, protocol, scoring, rubric, status = chosen[0]
    others = tuple(row[2] for row in found if row is not chosen[0])
    return FoundGrading(grading, digest, label, state, why, protocol, scoring, rubric, status, others)


def leaf_scores(database: Any, grading: int, *, failed_too: bool) -> dict[str, float]:
    """The score of every judged leaf of a grading, by path; failed_too: with 0 for failed ones."""
    return dict(database.execute(LEAF_SCORES, [grading, failed_too]).fetchall())


def node_records(
    database: Any, run: RunFolder, found: FoundGrading, mode: Mode | None, rule: Rule | None
) -> list[dict[str, Any]]:
    """Every node in view, parents first: path, depth, weight, share, score or interval, requirement."""
    mode, rule = mode or found.protocol, rule or found.scoring
    root = run.rubric(found.rubric)
    tree = view(root, mode, rule)
    if tree is None:
        return []
    # Under upstream's rule a failed verdict is a score of 0; one that is missing is no verdict.
    failed_too = rule == "upstream-2026-04"
    scores = leaf_scores(database, found.grading, failed_too=failed_too)
    intervals = tree_scores(root, scores if found.state == "judged" else {}, mode, rule)
    shares = node_shares(root, mode, rule)
    return [_record(path, node, intervals.get(path), shares, found) for path, node in walk(tree)]


def _record(
    path: str, node: Node, interval: Interval | None, shares: Mapping[str, float], found: FoundGrading
) -> dict[str, Any]:
    if found.state == "zero" and interval:
        interval = Interval(0.0, 0.0, interval.leaves, interval.leaves)
    complete = interval is not None and interval.complete
    return {
        "path": path,
        "depth": path.count("/"),
        "weight": node.weight,
        "share": shares[path],
        "category": node.category,
        "score": interval.lower if interval and complete else None,
        "lower": interval.lower if interval else None,
        "upper": interval.upper if interval else None,
        "judged": interval.judged if interval else 0,
        "leaves": interval.leaves if interval else 0,
        "coverage": interval.judged / interval.leaves if interval and interval.leaves else 1.0,
        "requirement": node.requirement,
        "rubric_status": found.rubric_status,
    }


def print_tree(found: FoundGrading, records: Sequence[dict[str, Any]]) -> None:
    """Print the nodes, indented; requirements are cut on a terminal only."""
    print(f"judge {found.label} ({found.judge[:8]}){f', {found.why}' if found.why else ''}")
    if found.rubric_status != "signed_off":
        print(f"unsigned: the rubric was not signed_off when the run was planned ({found.rubric_status})")
    if found.others:
        print(f"also graded by {', '.join(found.others)}: name one with --judge")
    print("score, share of the whole, criterion" if records else "the rubric has no leaf in this mode")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for record in records:
        indent = "  " * record["depth"]
        line = f"{indent}{score_text(record, 4)}  {100 * record['share']:.2f} %  {record['requirement']}"
        print(line if width is None or len(line) <= width else line[: width - 1] + "…")
