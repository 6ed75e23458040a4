"""Prints what rubrics consist of: figures of a few beside each other, of many a row each."""

import textwrap
from collections.abc import Sequence
from typing import Any

from runner.database.showing import print_table
from runner.rubrics.narrow import cut, terminal_width

Record = dict[str, Any]
# How the columns are headed on a terminal.
_SHORT = {
    "code_dev": "CD", "code_exec": "CE", "result": "RA",
    "share_code_dev": "CD %", "share_code_exec": "CE %", "share_result": "RA %",
    "leaves_90": "90 %", "leaves_95": "95 %", "leaves_99": "99 %",
}  # fmt: skip
# What is left out first where the terminal is too narrow.
_LEAST = (
    ("leaves_99",), ("leaves_95",), ("depth",), ("share_code_dev", "share_code_exec", "share_result"),
    ("nodes",), ("leaves_90",), ("code_dev", "code_exec", "result"),
)  # fmt: skip
_MARKS = {"not hydrated": "*", "not in this data root": "†"}
_MEANING = {"not hydrated": "not hydrated, counted by its paper.yaml"}
_SHARES = (
    "shares are what a submission scores that passes the leaves of one category alone, their total a mean"
)
_FEWEST = "{} is the smallest number of leaves that hold 90 % of the score; the root has depth 0"
_SHORT_SHARES = f"CD Code Development, CE Code Execution, RA Result Analysis; with %, {_SHARES}"
_GAP = 2
_BESIDE = 3


def print_figures(records: Sequence[Record], total: Record, *, named: bool) -> None:
    """Print a few rubrics that were named beside each other, and others in a table of a row each."""
    width = terminal_width()
    if named and len(records) <= _BESIDE:
        lines = _beside(records if len(records) == 1 else [*records, total])
        if width is None or max(map(len, lines)) <= width:
            print("\n".join(lines))
            return
    if width is None:
        _print_whole(records, total)
    else:
        _print_narrow(records, total, width)


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column.startswith("share_"):
        return f"{value:.3f}"
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _beside(records: Sequence[Record]) -> list[str]:
    """A line a figure, a column a rubric."""
    columns = [_all_figures(record) for record in records]
    names = {name: None for column in columns for name, value in column.items() if value is not None}
    cells = [[_cell(name, column.get(name)) for name in names] for column in columns]
    widths = [max(map(len, column)) for column in cells]
    width = max(map(len, names))
    lines = []
    for place, name in enumerate(names):
        row = [column[place] for column in cells]
        if len(records) > 1:
            row = [cell.rjust(wide) for cell, wide in zip(row, widths, strict=True)]
        lines.append("  ".join([f"{name:<{width}}", *row]).rstrip())
    return lines


def _all_figures(record: Record) -> Record:
    more: Record = dict(record.get("more", {}))
    facets: Record = more.pop("facets", {})
    return {name: value for name, value in record.items() if name != "more"} | more | facets


def _print_whole(records: Sequence[Record], total: Record) -> None:
    columns = [*total, "remark"] if any(record["remark"] for record in records) else [*total]
    print_table(columns, _rows(columns, [*records, total]))
    print(f"{_SHARES}; {_FEWEST.format('leaves_90')}.")


def _rows(columns: Sequence[str], records: Sequence[Record]) -> list[list[str]]:
    return [[_cell(column, record.get(column)) for column in columns] for record in records]


def _print_narrow(records: Sequence[Record], total: Record, width: int) -> None:
    """Print as many columns as the terminal has room for; a name is cut only where it fills a line alone."""
    marked = [record | {"paper": record["paper"] + _MARKS.get(record["remark"], "")} for record in records]
    columns, left_out = _fitting([*marked, total], list(total), width)
    heads = [_SHORT.get(column, column) for column in columns]
    rows = [[cut(row[0], width), *row[1:]] for row in _rows(columns, [*marked, total])]
    wide = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    for row in [heads, *rows]:
        cells = [cell.rjust(size) for cell, size in zip(row[1:], wide[1:], strict=True)]
        print((" " * _GAP).join([row[0].ljust(wide[0]), *cells]).rstrip())
    remarks = {record["remark"] for record in records if record["remark"]}
    notes = [f"{mark} {_MEANING.get(remark, remark)}" for remark, mark in _MARKS.items() if remark in remarks]
    notes.append(f"{_SHORT_SHARES}; {_FEWEST.format('90 %')}.")
    if left_out:
        names = ", ".join(_SHORT.get(column, column) for column in left_out)
        notes.append(f"No room for {names}: widen the terminal, name up to {_BESIDE} papers, or use --json.")
    for note in notes:
        print(textwrap.fill(note, width, break_long_words=False))


def _fitting(records: Sequence[Record], columns: list[str], width: int) -> tuple[list[str], list[str]]:
    """The columns that fit beside each other, and those that do not."""
    sizes = {column: max(len(_cell(column, record.get(column))) for record in records) for column in columns}
    sizes = {column: max(size, len(_SHORT.get(column, column))) for column, size in sizes.items()}
    kept = list(columns)
    for least in _LEAST:
        if sum(sizes[column] + _GAP for column in kept) - _GAP <= width:
            break
        kept = [column for column in kept if column not in least]
    return kept, [column for column in columns if column not in kept]
