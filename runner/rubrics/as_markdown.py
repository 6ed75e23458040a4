"""What `rubric diff` found as a comment on a pull request. Pure."""

import html
from collections.abc import Iterator, Sequence
from textwrap import shorten

from runner.rubrics.as_text import other_rubrics
from runner.rubrics.comparing import Change
from runner.rubrics.report import PaperReport, details, headline, paths, percent, summary
from runner.rubrics.tables import Table, mean_table, trial_table
from runner.words import counted

# GitHub refuses a longer comment.
LONGEST = 65_000
_SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "\\`*_[]|~@"}
_WORDS_IN_TABLE = 90
# Rows of a table, and whether the texts are shown: ever less, until it fits.
_BUDGETS = ((200, True), (100, True), (100, False), (30, False), (10, False), (3, False))


def markdown(reports: Sequence[PaperReport], notes: Sequence[str], *, with_runs: bool) -> str:
    """The whole comment, cut to what GitHub takes."""
    for rows, texts in _BUDGETS:
        parts = [_paper(report, rows, texts=texts, with_runs=with_runs) for report in reports]
        comment = "\n".join([*parts, *(f"\n_{_plain(note)}_" for note in notes)])
        if len(comment) <= LONGEST:
            return comment
    return comment[:LONGEST]


def _paper(report: PaperReport, rows: int, *, texts: bool, with_runs: bool) -> str:
    lines = [
        f"### Rubric of {_code(report.paper)}: {_plain(headline(report))}",
        "",
        f"**{summary(report)}**",
        "",
    ]
    if (fault := report.warning) is not None:
        lines += ["> [!WARNING]", f"> {_plain(fault)}", ""]
    if report.changes:
        cells = [_row(change) for change in report.changes[:rows]]
        lines += _table(("change", "criterion", "share before", "after"), cells)
        lines += _more(len(report.changes) - rows, "change")
        if texts:
            lines += _details(report.changes[:rows])
    if with_runs:
        lines += _effects(report, rows)
    return "\n".join(lines)


def _row(change: Change) -> list[str]:
    kind = "leaf" if change.leaf else "branch"
    shares = percent(change.share_before), percent(change.share_after)
    placed = change.after or change.before
    words = shorten(placed.node.requirement if placed else "", _WORDS_IN_TABLE, placeholder=" …")
    name = paths(change).rpartition("/")[2]
    return [f"{', '.join(change.kinds)} {kind}", f"{_code(name)} {_plain(words)}", *shares]


def _details(changes: Sequence[Change]) -> Iterator[str]:
    """The texts, folded away."""
    told = [(change, details(change)) for change in changes]
    if not any(found for _, found in told):
        return
    yield from ("<details><summary>What changed in words</summary>", "")
    for change, found in told:
        if found:
            yield f"- {_code(paths(change))}"
            yield from (f"  - {_signed(sign, words)}" for sign, words in found)
    yield from ("", "</details>", "")


def _signed(sign: str, words: str) -> str:
    if not sign:
        return _plain(words)
    return f"{'before' if sign == '-' else 'after'}: {_plain(words)}"


def _effects(report: PaperReport, rows: int) -> Iterator[str]:
    if report.effects:
        number = len(report.effects)
        yield from _cells(mean_table(report.means), rows, "agent")
        yield from (f"<details><summary>Effect on {counted(number, 'stored score')}</summary>", "")
        yield from _cells(trial_table(report.effects), rows, "score")
        yield from ("</details>", "")
    elif report.changes:
        yield from ("No stored score rests on the old rubric.", "")
    if report.other_trials:
        yield from (f"{other_rubrics(report)}.", "")


def _cells(table: Table, limit: int, word: str) -> list[str]:
    """A table of plain words, as far as the limit goes."""
    columns, rows = table
    shown = [[_plain(cell) for cell in row] for row in rows[:limit]]
    return [*_table(columns, shown), *_more(len(rows) - limit, word)]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows), ""]


def _more(number: int, word: str) -> list[str]:
    return [f"… and {number:,} more {word}{'s' if number > 1 else ''}", ""] if number > 0 else []


def _plain(words: str) -> str:
    """Words that Markdown takes for nothing else."""
    return html.escape(" ".join(words.split()), quote=False).translate(_SIGNS)


def _code(words: str) -> str:
    """Words set as code, also in a table."""
    return f"<code>{_plain(words)}</code>"
