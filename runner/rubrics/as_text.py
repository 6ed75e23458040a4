"""Prints what `rubric diff` found: coloured on a terminal, plain elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from runner.database.showing import print_table
from runner.rubrics.comparing import Change
from runner.rubrics.report import PaperReport, details, headline, paths, percent, summary, warning
from runner.rubrics.tables import mean_table, trial_table
from runner.words import counted

_STYLES = {"-": "red", "+": "green", "": ""}


def print_text(reports: Sequence[PaperReport], notes: Sequence[str], *, with_runs: bool) -> None:
    """Print every paper, then the notes."""
    console = Console(highlight=False, soft_wrap=True)
    for report in reports:
        for line in _lines(report):
            console.print(line) if console.is_terminal else print(line.plain)
        if with_runs and report.comparison is not None:
            _print_effects(report)
    for note in notes:
        print(note)


def _lines(report: PaperReport) -> Iterator[Text]:
    yield Text(f"{report.paper}: {headline(report)}", style="bold")
    yield Text(f"  {summary(report)}")
    if (fault := warning(report)) is not None:
        yield Text(f"  warning: {fault}", style="yellow")
    for change in report.changes:
        yield from _change_lines(change)


def _change_lines(change: Change) -> Iterator[Text]:
    kind = "leaf" if change.leaf else "branch"
    line = Text(f"  {', '.join(change.kinds)} {kind} ", style="bold")
    line.append(paths(change), "blue")
    line.append(f"  {percent(change.share_before)} -> {percent(change.share_after)}", "not bold dim")
    yield line
    for sign, words in details(change):
        yield Text(f"    {sign or ' '} {words}", style=_STYLES[sign])


def _print_effects(report: PaperReport) -> None:
    if report.effects:
        print()
        print_table(*trial_table(report.effects))
        print()
        print_table(*mean_table(report.means))
    elif report.changes:
        print("  no stored score rests on the old rubric")
    if report.other_trials:
        print(f"  {other_rubrics(report)}")


def other_rubrics(report: PaperReport) -> str:
    """That trials of the paper are left aside, because other rubrics scored them."""
    return f"{counted(report.other_trials, 'trial')} scored under other rubrics than the old one: not shown"
