"""Prints what `rubric diff` found: coloured and wrapped on a terminal, whole lines elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from runner.database.showing import print_table
from runner.rubrics.comparing import Change
from runner.rubrics.narrow import fitted_path, terminal_width
from runner.rubrics.report import PaperReport, details, headline, paths, percent, summary
from runner.rubrics.tables import mean_table, trial_table
from runner.words import counted

_STYLES = {"-": "red", "+": "green", "": ""}
# A terminal of fewer columns breaks the lines itself.
_NARROWEST = 20


@dataclass(frozen=True)
class _Part:
    """What goes on from where its first line starts, when it is wrapped."""

    start: Text
    rest: Text


def print_text(reports: Sequence[PaperReport], notes: Sequence[str], *, with_runs: bool) -> None:
    """Print every paper, then the notes."""
    width = terminal_width()
    console = Console(highlight=False, width=width)
    for report in reports:
        for part in _parts(report, width):
            if width is None:
                print((part.start + part.rest).plain)
            else:
                console.print(_wrapped(part, console, width))
        if with_runs and report.comparison is not None:
            _print_effects(report)
    for note in notes:
        print(note)


def _wrapped(part: _Part, console: Console, width: int) -> Text:
    """The lines of a part, broken between words, all of them starting below the first."""
    indent = len(part.start)
    lines = part.rest.wrap(console, max(width - indent, _NARROWEST))
    return part.start + Text("\n" + " " * indent).join(line for line in lines)


def _parts(report: PaperReport, width: int | None) -> Iterator[_Part]:
    yield _Part(Text(), Text(f"{report.paper}: {headline(report)}", "bold"))
    yield _Part(Text("  "), Text(summary(report)))
    if (fault := report.warning) is not None:
        yield _Part(Text("  "), Text(f"warning: {fault}", "yellow"))
    for change in report.changes:
        yield from _change_parts(change, width)


def _change_parts(change: Change, width: int | None) -> Iterator[_Part]:
    def fitted(path: str, beside: int) -> str:
        return path if width is None else fitted_path(path, width - beside)

    kinds = f"{', '.join(change.kinds)} {'leaf' if change.leaf else 'branch'} "
    shares = f"  {percent(change.share_before)} -> {percent(change.share_after)}"
    line = Text(kinds, "bold")
    line.append(fitted(paths(change), len("  " + kinds + shares)), "not bold blue")
    line.append(shares, "not bold dim")
    yield _Part(Text("  "), line)
    for sign, words in details(change, lambda path: fitted(path, len("      from "))):
        style = _STYLES[sign]
        yield _Part(Text(f"    {sign or ' '} ", style), Text(words, style))


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
