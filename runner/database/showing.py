"""Prints answers: fine tables on a terminal, plain aligned columns elsewhere, CSV and JSON."""

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import rich.box
import rich.console
import rich.table
import rich.text

from runner.database.reading import Table

SCORE_DIGITS = 3
DIGITS = {"by_paper": 4}
EMPTY = {"cost": "no model was called: nothing was spent"}
# What the score says in words need not stand in columns of its own.
FOLDED = ("tied", "lower", "upper", "coverage", "label")
IF_ANY = ("unsigned", "remark")
# On a terminal, these stand once above the table where all rows agree.
UNDER_THE_TITLE = ("papers", "unsigned", "judge", "mode", "rule", "key", "run", "runs")


def score_text(record: Mapping[str, Any], digits: int = SCORE_DIGITS) -> str:
    """A score as 0.412 when it is one, else as 0.39..0.47 (92 % judged); bounds are rounded outwards."""
    lower, upper, coverage = record["lower"], record["upper"], record.get("coverage")
    if lower is None or upper is None:
        return "-"
    if record["score"] is not None:
        return f"{record['score']:.{digits}f}"
    scale = 10 ** (digits if digits > SCORE_DIGITS else 2)
    low, high = math.floor(lower * scale + 1e-9) / scale, math.ceil(upper * scale - 1e-9) / scale
    places = round(math.log10(scale))
    judged = "" if coverage is None else f" ({math.floor(coverage * 100)} % judged)"
    return f"{low:.{places}f}..{high:.{places}f}{judged}"


def _cell(name: str, value: Any, digits: int) -> str:
    if value is None:
        return ""
    if name == "cost_usd":
        return f"{value:.4f}"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def board_cells(name: str, table: Table) -> tuple[list[str], list[list[str]]]:
    """A board as people read it: the interval folded into the score."""
    digits = DIGITS.get(name, SCORE_DIGITS)
    scored = {"lower", "upper", "score"} <= set(table.columns)
    columns = [column for column in table.columns if not (scored and column in FOLDED)]
    rows = []
    for record in table.records():
        special: dict[str, str] = {}
        if scored:
            special["score"] = score_text(record, digits)
        if record.get("label") not in {None, record.get("agent")}:
            special["agent"] = f"{record['agent']} ({record['label']})"
        if record.get("rank") is not None:
            special["rank"] = f"{record['rank']}{'=' if record['tied'] else ''}"
        rows.append([special.get(column) or _cell(column, record[column], digits) for column in columns])
    kept = [
        place
        for place, column in enumerate(columns)
        if column not in IF_ANY or any(row[place] for row in rows)
    ]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def print_board(name: str, table: Table) -> None:
    """Print a board, and how many comparability keys it holds."""
    columns, rows = board_cells(name, table)
    print_table(columns, rows)
    if not rows:
        print(EMPTY.get(name, "no rows yet; 'paperbench run' makes trials"))
    if "unsigned" in columns and rows:
        print("unsigned: rubrics that were not signed_off when the run was planned, and may still change")
    keys = {record["key"] for record in table.records()} if "key" in table.columns else set()
    if len(keys) > 1:
        print(
            f"{len(keys)} comparability keys: rows of different keys differ in papers, rubrics, judge, view,"
        )
        print("protocol, limits, network or container, and are not ranked against each other.")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their names; a row is never cut."""
    if not columns:
        return
    if sys.stdout.isatty():
        _print_rich(columns, rows)
        return
    widths = [max(len(row[place]) for row in [columns, *rows]) for place in range(len(columns))]
    right = _numeric(columns, rows)
    for row in [columns, *rows]:
        cells = [
            cell.rjust(widths[place]) if place in right else cell.ljust(widths[place])
            for place, cell in enumerate(row)
        ]
        print("  ".join(cells).rstrip())


def _numeric(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> set[int]:
    """The columns that hold numbers only, which stand to the right."""

    def number(text: str) -> bool:
        return not text or text.replace(",", "").replace(".", "", 1).replace("=", "").lstrip("-").isdigit()

    return {place for place in range(len(columns)) if rows and all(number(row[place]) for row in rows)}


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a fine table; what is the same in every row stands once, above it."""
    same = [
        place
        for place, column in enumerate(columns)
        if column in UNDER_THE_TITLE and len({row[place] for row in rows}) == 1
    ]
    if same:
        print(" · ".join(f"{columns[place]} {rows[0][place]}" for place in same))
    right = _numeric(columns, rows)
    table = rich.table.Table(box=rich.box.SIMPLE_HEAD, header_style="bold")
    shown = [place for place in range(len(columns)) if place not in same]
    for place in shown:
        table.add_column(columns[place], justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(rich.text.Text(row[place]) for place in shown))
    rich.console.Console().print(table)


def print_csv(table: Table) -> None:
    """Print the rows as CSV with a header."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)


def print_json(value: Any) -> None:
    """Print a value as JSON at full precision; NaN and what JSON has no word for become null and text."""
    print(json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False, default=str))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
