"""Reads from the database which stored scores rest on a rubric."""

from pathlib import Path
from typing import Any

from runner.database.trees import leaf_scores
from runner.rubrics.effect import Bounds, StoredScore

_QUERY = (Path(__file__).parent / "stored.sql").read_text()
_OTHERS = """
SELECT count(*) FROM trials t JOIN rubrics b USING (rubric) WHERE t.paper = $1 AND b.digest <> $2
"""


def stored_scores(database: Any, digest: str) -> list[StoredScore]:
    """Every stored score of the rubric of this digest, by agent and trial."""
    return [_stored(database, row) for row in database.execute(_QUERY, [digest]).fetchall()]


def other_trials(database: Any, paper: str, digest: str) -> int:
    """How many trials of the paper were scored under other rubrics than that of this digest."""
    (number,) = database.execute(_OTHERS, [paper, digest]).fetchone()
    return int(number)


def _stored(database: Any, row: tuple[Any, ...]) -> StoredScore:
    grading, *named, state, repeats, deciders, lower, upper, judged, number = row
    run, trial, agent, agent_digest, judge, key, protocol, mode, rule = named
    # Under upstream's rule a failed verdict is a score of 0.
    scores = leaf_scores(database, grading, failed_too=rule == "upstream-2026-04")
    return StoredScore(
        run=run, trial=trial, agent=agent, agent_digest=agent_digest, judge=judge, key=key,
        protocol=protocol, mode=mode, rule=rule, state=state, repeats=repeats, deciders=frozenset(deciders),
        before=Bounds(lower, upper, judged, number), scores=scores,
    )  # fmt: skip
