"""Prints a rubric as a tree: coloured and cut to the width on a terminal, whole lines elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from runner.rubrics.narrow import short_id, terminal_width
from runner.rubrics.showing import Line

CATEGORY_STYLES = {"Code Development": "green", "Code Execution": "yellow", "Result Analysis": "cyan"}
# Columns that the text of a criterion should have on a terminal.
ROOM = 40


@dataclass(frozen=True)
class _Look:
    """What stands before the text of a criterion."""

    initials: bool = False
    indent: int = 2
    # None shows ids whole, 0 none.
    longest_id: int | None = 24

    def kind(self, line: Line) -> str:
        """The category of a leaf, or how many leaves a branch has."""
        if self.initials:
            return _initials(line.category) if line.category else f"{line.leaves:,}"
        return line.category or f"{line.leaves} leaves"

    def name(self, line: Line) -> str:
        """The id with the gap after it, if it is shown."""
        if self.longest_id is None:
            return f"{line.id}  "
        return f"{short_id(line.id, self.longest_id)}  " if self.longest_id else ""

    @property
    def heads(self) -> tuple[str, str, str]:
        """What stands above the weights, the categories and the texts."""
        what = "id and requirement" if self.longest_id != 0 else "requirement"
        return ("wt", "leaves", what) if self.initials else ("weight", "category", what)


_WHOLE = _Look(longest_id=None)
# From the roomiest to the narrowest.
_LOOKS = (
    _Look(),
    _Look(initials=True, longest_id=9),
    _Look(initials=True, indent=1, longest_id=9),
    _Look(initials=True, indent=1, longest_id=0),
)


def print_paths(lines: Sequence[Line]) -> None:
    """Print the path and the requirement of each criterion, with a tab between."""
    for line in lines:
        print(f"{line.path}\t{_one_line(line.requirement)}")


def print_lines(lines: Sequence[Line]) -> None:
    """Print criteria: share, weight, category or number of leaves, id, requirement."""
    width = terminal_width()
    if width is None:
        head, befores = _columns(lines, _WHOLE)
        print("\n".join([head, *(row.plain for row in _rows(lines, befores))]))
        return
    look, (head, befores) = _fitting(lines, width)
    rows = [Text(head, "bold"), *_rows(lines, befores)]
    if look.initials:
        rows.append(Text(", ".join(f"{_initials(name)} {name}" for name in CATEGORY_STYLES), "dim"))
    console = Console(highlight=False, width=width)
    for row in rows:
        console.print(row, no_wrap=True, overflow="ellipsis", crop=True)


def _fitting(lines: Sequence[Line], width: int) -> tuple[_Look, tuple[str, list[Text]]]:
    """The first look that leaves each text its room, or else the narrowest."""
    for look in _LOOKS:
        columns = _columns(lines, look)
        if max(map(len, columns[1])) + ROOM <= width:
            break
    return look, columns


def _columns(lines: Sequence[Line], look: _Look) -> tuple[str, list[Text]]:
    """The line above all, and what stands before each text."""
    weight_head, kind_head, what = look.heads
    weights = [f"{line.weight:g}" for line in lines]
    width = max(map(len, [*weights, weight_head]))
    kinds = [look.kind(line) for line in lines]
    # Whole lines are as wide as their contents alone.
    wide = max(map(len, [*kinds, *([kind_head] if look.initials else [])]))
    befores = []
    for line, weight, kind in zip(lines, weights, kinds, strict=True):
        row = Text(f"{100 * line.share:6.2f} %  {weight:>{width}}  ")
        row.append(f"{kind:<{wide}}  ", CATEGORY_STYLES.get(line.category or "", "dim"))
        row.append(" " * look.indent * line.depth)
        row.append(look.name(line), "bold blue" if line.category is None else "blue")
        befores.append(row)
    return f"{'share':>8}  {weight_head:>{width}}  {kind_head:<{wide}}  {what}", befores


def _rows(lines: Sequence[Line], befores: Sequence[Text]) -> list[Text]:
    pairs = zip(lines, befores, strict=True)
    return [before.copy().append(_one_line(line.requirement)) for line, before in pairs]


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _initials(category: str) -> str:
    return "".join(word[0] for word in category.split())
