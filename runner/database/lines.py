"""Lets the database read a run's verdicts and ledgers: a torn last line passes, damaged files are named."""

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.database.tables import insert
from runner.errors import PaperbenchError

READ = """
CREATE OR REPLACE TEMP TABLE raw AS
SELECT * FROM read_json(?, format = 'newline_delimited', records = true, ignore_errors = true,
                        filename = 'file', columns = {columns})
"""
VERDICT_COLUMNS = """{"schema": 'VARCHAR', trial: 'VARCHAR', judge: 'VARCHAR', path: 'VARCHAR',
leaf: 'VARCHAR', "repeat": 'INTEGER', verdict: 'VARCHAR', score: 'DOUBLE', "by": 'VARCHAR', reason: 'VARCHAR',
evidence_origin: 'VARCHAR', "at": 'TIMESTAMP'}"""
CALL_COLUMNS = """{"schema": 'VARCHAR', id: 'VARCHAR', trial: 'VARCHAR', judge: 'VARCHAR', "at": 'TIMESTAMP',
kind: 'VARCHAR', model: 'VARCHAR', tokens_in: 'BIGINT', tokens_cached: 'BIGINT', tokens_out: 'BIGINT',
cost_usd: 'DOUBLE', latency_seconds: 'DOUBLE', tries: 'INTEGER', status: 'VARCHAR'}"""

# A line that cannot be read is nulls only. A crash may tear the last line of a file, and no other.
BAD_VERDICT = """
SELECT raw.file FROM raw LEFT JOIN files USING (file) LEFT JOIN trials ON trials.trial = files.trial
LEFT JOIN gradings ON gradings.grading = files.grading
WHERE (coalesce(raw."schema", raw.trial, raw.path, raw.leaf, raw.verdict) IS NOT NULL
       OR raw.rowid NOT IN (SELECT max(rowid) FROM raw GROUP BY file))
  AND (raw."schema" = 'verdict/v1' AND raw.path IS NOT NULL AND raw.leaf IS NOT NULL AND raw."by" IS NOT NULL
       AND raw."at" IS NOT NULL AND raw.trial = trials.id AND raw.judge = gradings.judge
       AND coalesce(raw."repeat", 0) >= 0 AND raw.verdict IN ('met', 'unmet', 'score', 'failed')
       AND (raw.verdict = 'failed') = (raw.score IS NULL)
       AND coalesce(raw.score, 0) BETWEEN 0 AND 1) IS NOT TRUE
LIMIT 1
"""
BAD_CALL = """
SELECT raw.file FROM raw
WHERE (coalesce(raw."schema", raw.id, raw.trial, raw.kind, raw.model) IS NOT NULL
       OR raw.rowid NOT IN (SELECT max(rowid) FROM raw GROUP BY file))
  AND (raw."schema" = 'ledger/v1' AND raw.id IS NOT NULL AND raw."at" IS NOT NULL AND raw.kind IS NOT NULL
       AND raw.judge IS NOT NULL AND raw.model IS NOT NULL AND raw.tokens_in >= 0
       AND raw.tokens_out >= 0) IS NOT TRUE
LIMIT 1
"""

STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT f.grading, l.leaf, coalesce(raw."repeat", 0) AS repeat, raw.score, raw.verdict, raw."by" AS judged_by,
       raw.reason, raw.evidence_origin, raw."at" AS judged_at
FROM (SELECT *, rowid AS line FROM raw) AS raw
JOIN files f USING (file)
JOIN trials t ON t.trial = f.trial
LEFT JOIN leaves l ON l.rubric = t.rubric AND l.path = raw.path AND l.digest = raw.leaf
WHERE raw.path IS NOT NULL
QUALIFY l.leaf IS NULL OR row_number() OVER (
    PARTITION BY f.grading, l.leaf, coalesce(raw."repeat", 0)
    ORDER BY raw.score IS NULL, CASE WHEN raw.score IS NULL THEN -raw.line ELSE raw.line END) = 1
"""
UNMATCHED = """
UPDATE gradings SET unmatched = lost.number
FROM (SELECT grading, count(*) AS number FROM standing WHERE leaf IS NULL GROUP BY grading) AS lost
WHERE gradings.grading = lost.grading
"""
# The repeats of an imported grading are the grade ids that were found.
IMPORTED_REPEATS = """
UPDATE gradings SET repeats = greatest(coalesce(gradings.repeats, 1), seen.number)
FROM (SELECT grading, count(DISTINCT repeat) AS number FROM standing GROUP BY grading) AS seen
WHERE gradings.grading = seen.grading
"""
VERDICTS = """
INSERT INTO verdicts
SELECT s.grading, s.leaf, s.repeat, s.score,
       (count(s.score) OVER (PARTITION BY s.grading, s.leaf) = g.repeats) IS TRUE,
       s.verdict, s.judged_by, s.reason, s.evidence_origin, s.judged_at
FROM standing s JOIN gradings g USING (grading)
WHERE s.leaf IS NOT NULL AND ($imported OR g.repeats IS NULL OR s.repeat < g.repeats)
ORDER BY s.grading, s.leaf, s.repeat
"""
# An import that was cut short and made again writes its calls again.
CALLS = """
INSERT INTO calls
SELECT f.trial, raw.judge, raw.id, raw."at", raw.kind, raw.model, raw.tokens_in,
       coalesce(raw.tokens_cached, 0), raw.tokens_out, raw.cost_usd, raw.latency_seconds,
       coalesce(raw.tries, 1), coalesce(raw.status, 'ok')
FROM (SELECT *, rowid AS line FROM raw) AS raw JOIN files f USING (file) WHERE raw.id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY f.grading, raw.id ORDER BY raw.line) = 1
"""


def _read(database: Any, folders: Mapping[str, tuple[int, int]], name: str, columns: str, bad: str) -> bool:
    """Load the files of this name that hold something into raw; False when there are none."""
    paths = {Path(folder) / name: ids for folder, ids in folders.items()}
    files = [(str(path), *ids) for path, ids in paths.items() if path.is_file() and path.stat().st_size]
    if not files:
        return False
    database.execute("CREATE OR REPLACE TEMP TABLE files (file VARCHAR, trial INTEGER, grading INTEGER)")
    insert(database, "files", files)
    database.execute(READ.format(columns=columns), [[glob.escape(file) for file, *_ in files]])
    found = database.execute(bad).fetchone()
    if found:
        raise PaperbenchError(
            f"{found[0]} is damaged: a line in it is unreadable or nothing of this trial and judge; mend it"
        )
    return True


def insert_verdicts(database: Any, folders: Mapping[str, tuple[int, int]], *, imported: bool) -> None:
    """The standing verdicts of the gradings in these folders; raises PaperbenchError on a damaged file."""
    if not _read(database, folders, "verdicts.jsonl", VERDICT_COLUMNS, BAD_VERDICT):
        return
    database.execute(STANDING)
    database.execute(UNMATCHED)
    if imported:
        database.execute(IMPORTED_REPEATS)
    database.execute(VERDICTS, {"imported": imported})


def insert_calls(database: Any, folders: Mapping[str, tuple[int, int]]) -> None:
    """The model calls of the gradings in these folders; raises PaperbenchError on a damaged file."""
    if _read(database, folders, "ledger.jsonl", CALL_COLUMNS, BAD_CALL):
        database.execute(CALLS)
