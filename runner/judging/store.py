"""One judge's folder of one trial: verdicts, answers and ledger, only ever appended to."""

from pathlib import Path
from typing import Any, Self

from runner.durable import LineWriter, read_json, read_lines
from validators.models.records import Call, Verdict

Key = tuple[str, str, int]
VERDICTS, ANSWERS, LEDGER = "verdicts.jsonl", "answers.jsonl", "ledger.jsonl"


def settled(folder: Path) -> dict[Key, bool]:
    """Every (path, leaf digest, repeat) with a verdict: True once one was not failed."""
    found: dict[Key, bool] = {}
    for line in read_lines(folder / VERDICTS):
        if isinstance(line, dict) and {"path", "leaf", "verdict"} <= line.keys():
            key = (line["path"], line["leaf"], line.get("repeat", 0))
            found[key] = found.get(key, False) or line["verdict"] != "failed"
    return found


def ledger_totals(folder: Path) -> dict[str, Any]:
    """Calls, tokens and cost of all this judge ever asked about the trial; cost None if one is unknown."""
    totals: dict[str, Any] = {
        "calls": 0,
        "tokens_in": 0,
        "tokens_cached": 0,
        "tokens_out": 0,
        "cost_usd": 0.0,
    }
    for line in read_lines(folder / LEDGER):
        totals["calls"] += 1
        for name in ("tokens_in", "tokens_cached", "tokens_out"):
            totals[name] += line.get(name, 0)
        cost = line.get("cost_usd")
        totals["cost_usd"] = None if cost is None or totals["cost_usd"] is None else totals["cost_usd"] + cost
    return totals


def previous_tries(folder: Path) -> int:
    """How often grading has ended before."""
    try:
        return int(read_json(folder / "outcome.json").get("tries", 1))
    except (OSError, ValueError, AttributeError):
        return 0


def printable(value: Any) -> Any:
    """The value with lone surrogates spelled out, which file names and answers may hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return value


class GradingWriter:
    """The only writer of the folder; a verdict becomes durable after the answer and the calls behind it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._verdicts = LineWriter(folder / VERDICTS)
        self._answers = LineWriter(folder / ANSWERS)
        self._ledger = LineWriter(folder / LEDGER)
        self._unwritten: list[dict[str, Any]] = []

    def add(self, verdict: Verdict | None, answer: dict[str, Any] | None, calls: tuple[Call, ...]) -> None:
        """Append one judgement; durable after the next flush."""
        if answer is not None:
            self._answers.append(printable(answer))
        for call in calls:
            self._ledger.append(call.model_dump(mode="json", by_alias=True, exclude_none=True))
        if verdict is not None:
            line = verdict.model_dump(mode="json", by_alias=True, exclude_none=True)
            self._unwritten.append({**line, "score": verdict.score})

    def flush(self) -> None:
        """Make it all durable; no verdict is even written before what it rests on is durable."""
        self._answers.flush()
        self._ledger.flush()
        for line in self._unwritten:
            self._verdicts.append(line)
        self._unwritten.clear()
        self._verdicts.flush()

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        for writer in (self._answers, self._ledger, self._verdicts):
            writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
