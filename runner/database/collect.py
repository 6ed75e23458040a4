"""Gathers all runs into runs/paperbench.duckdb, which is replaced at once or not at all."""

import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from runner import __version__
from runner.database.lines import insert_calls, insert_verdicts
from runner.database.reading import DATABASE, LAYOUT
from runner.database.records import trial_records
from runner.database.tables import insert_run, insert_trials, rubric_ids
from runner.errors import PaperbenchError
from runner.run_folder import RunFolder, run_folders
from validators.writing import fsync_folder

HERE = Path(__file__).parent
# Any DuckDB since this version reads the file.
STORAGE_VERSION = "v1.2.0"
MEMORY_LIMIT = "700MB"


@dataclass(frozen=True)
class Collected:
    """What a collect found; each damage is one line that names a file."""

    runs: int
    trials: int
    damages: tuple[str, ...]


def collect(runs: Path, *, skip_damaged: bool = False) -> Collected:
    """Make the database anew; raises PaperbenchError for a damaged run and then keeps the old one."""
    if not runs.is_dir():
        raise PaperbenchError(f"there is no runs folder {runs}; run something first, or name one with --runs")
    _remove_leftovers(runs)
    with tempfile.TemporaryDirectory(prefix=_prefix(), dir=runs, ignore_cleanup_errors=True) as name:
        temporary = Path(name) / DATABASE
        try:
            collected = _build(temporary, runs, skip_damaged=skip_damaged)
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
            why = str(error).splitlines()[0].rstrip(" .")
            raise PaperbenchError(f"cannot write the database: {why}; mend the space or the file") from None
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(runs / DATABASE)
        fsync_folder(runs)
    return collected


def _prefix() -> str:
    return f".collect-{socket.gethostname()}-{os.getpid()}-"


def _remove_leftovers(runs: Path) -> None:
    """Remove what a collect of this host left behind when it was killed."""
    for path in runs.glob(f".collect-{socket.gethostname()}-*"):
        pid = path.name.removeprefix(f".collect-{socket.gethostname()}-").split("-")[0]
        if pid.isdigit() and int(pid) != os.getpid() and not Path("/proc", pid).exists():
            shutil.rmtree(path, ignore_errors=True)


def _build(path: Path, runs: Path, *, skip_damaged: bool) -> Collected:
    settings: dict[str, Any] = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(path.parent / "spill")}
    with duckdb.connect(config=settings) as database:
        database.execute(f"ATTACH '{_quoted(path)}' AS results (STORAGE_VERSION '{STORAGE_VERSION}')")
        database.execute("USE results")
        for name in ("schema.sql", "views.sql"):
            database.execute((HERE / name).read_text())
        database.execute("INSERT INTO about VALUES (?, ?)", [LAYOUT, __version__])
        damages = [damage for run in run_folders(runs) if (damage := _add(database, run)) is not None]
        if damages and not skip_damaged:
            more = f" (and {len(damages) - 1} more)" if len(damages) > 1 else ""
            raise PaperbenchError(f"{damages[0]}{more}; or leave such runs out with --skip-damaged")
        (found,) = database.execute("SELECT [count(DISTINCT run), count(*)] FROM trials").fetchall()
        database.execute("CHECKPOINT results")
        database.execute("USE memory")
        database.execute("DETACH results")
    return Collected(found[0][0], found[0][1], tuple(damages))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _add(database: Any, run: RunFolder) -> str | None:
    """Add a run as a whole or not at all; what is wrong with it, if anything."""
    database.execute("BEGIN")
    try:
        plan = run.plan()
        records = trial_records(run, plan)
        insert_run(database, run, plan)
        rubrics = rubric_ids(database, run, {record.rubric for record in records})
        folders = insert_trials(database, run, plan, records, rubrics)
        insert_verdicts(database, folders, imported=plan.origin == "imported")
        insert_calls(database, folders)
    except PaperbenchError as error:
        database.execute("ROLLBACK")
        return str(error)
    database.execute("COMMIT")
    return None
