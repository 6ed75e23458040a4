"""Opens the database read-only and asks it boards and questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from runner.errors import PaperbenchError

DATABASE = "paperbench.duckdb"
LAYOUT = 3
BOARDS = Path(__file__).parents[1] / "boards"


@dataclass(frozen=True)
class Table:
    """An answer: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """The rows by column name; columns of one name are told apart as a, a_1, a_2."""
        names: list[str] = []
        for column in self.columns:
            numbered = (f"{column}_{number}" for number in count(1))
            free = (name for name in numbered if name not in {*names, *self.columns})
            names.append(next(free) if column in names else column)
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@contextmanager
def opened(runs: Path) -> Iterator[Any]:
    """The database of a runs folder, read-only; raises PaperbenchError when there is none that fits."""
    path = runs / DATABASE
    if not path.is_file():
        raise PaperbenchError(f"there is no database {path}; make it with 'paperbench collect'")
    try:
        database = duckdb.connect(str(path), read_only=True)
        with database:
            found = database.execute("SELECT layout FROM about").fetchone()
            if found != (LAYOUT,):
                raise PaperbenchError(
                    f"{path} was made by another version; make it anew with 'paperbench collect'"
                )
            yield database
    except duckdb.Error as error:
        raise PaperbenchError(_one_line(error)) from None


def _one_line(error: Exception) -> str:
    """The first line of a DuckDB error, without the picture of the query below it."""
    return str(error).strip().splitlines()[0]


def lock(database: Any) -> None:
    """Keep questions off the file system, to write it as well as to read it, and off the settings."""
    database.execute("SET enable_external_access = false")
    # DuckDB still lets COPY write over the files of a database that is open; this does not.
    database.execute("SET disabled_filesystems = 'LocalFileSystem'")
    database.execute("SET lock_configuration = true")


def ask(database: Any, query: str) -> Table:
    """The answer to one or more statements: that of the last one."""
    cursor = database.execute(query)
    if cursor is None or cursor.description is None:
        return Table((), ())
    return Table(tuple(column[0] for column in cursor.description), tuple(cursor.fetchall()))


def board_names() -> list[str]:
    """The boards there are."""
    return sorted(path.stem for path in BOARDS.glob("*.sql"))


def set_view(database: Any, mode: str | None, rule: str | None, min_coverage: float | None) -> None:
    """Choose what boards look at; None leaves their own default. Takes only checked values."""
    for name, value in (("mode", mode), ("rule", rule)):
        if value is not None:
            database.execute(f"SET VARIABLE {name} = '{value}'")
    if min_coverage is not None:
        database.execute(f"SET VARIABLE min_coverage = {float(min_coverage)!r}")


def ask_board(database: Any, name: str) -> Table:
    """A board's answer; raises PaperbenchError when there is no such board."""
    path = BOARDS / f"{name}.sql"
    if name not in board_names():
        raise PaperbenchError(f"there is no board '{name}'; there are {', '.join(board_names())}")
    return ask(database, path.read_text())
