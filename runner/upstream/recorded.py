"""What an imported grading already holds: its sources, scores and totals."""

import json
from pathlib import Path
from typing import Any

from runner.durable import read_lines
from runner.errors import PaperbenchError


def recorded(outcome: Path) -> dict[int, dict[str, Any]]:
    """The sources of a grading by grade id; none when nobody made such a grading. Raises PaperbenchError."""
    try:
        data = json.loads(outcome.read_bytes())
        if data.get("reason") == "not_graded":
            return {}
        sources = data.get("sources") or [data["source"]]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, AttributeError):
        raise PaperbenchError(f"{outcome} is damaged; remove that trial's folder and import again") from None
    return {source.get("repeat") or 0: source for source in sources}


def scores(lines: bytes, grade: int) -> list[tuple[str, float | None]]:
    """Path and score of each verdict of one grade id, in order."""
    verdicts = [json.loads(line) for line in lines.splitlines()]
    return [(verdict["path"], verdict["score"]) for verdict in verdicts if verdict["repeat"] == grade]


def failed_leaves(verdicts: Path) -> int:
    """How many leaves have a repeat that failed."""
    return len({verdict["path"] for verdict in read_lines(verdicts) if verdict["score"] is None})


def total(used: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Tokens in and out over all models."""
    return sum(tokens for tokens, _ in used.values()), sum(tokens for _, tokens in used.values())


def total_of(ledger: Path) -> tuple[int, int]:
    """Tokens in and out over a whole ledger."""
    return total({call["id"]: (call["tokens_in"], call["tokens_out"]) for call in read_lines(ledger)})
