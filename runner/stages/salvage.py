"""The ways to run reproduce.sh: as it is and, while it fails, with another Python or in a new environment."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from runner.manifest import Entry
from runner.stages.ending import Ending
from runner.stages.failures import InfrastructureError
from validators.models.config import Reproduction, Salvage
from validators.models.records import Try

SCRIPT = "reproduce.sh"
COMMAND = ("bash", SCRIPT)
# What salvage.sh says when it cannot even start the script.
HINDRANCES = ("no_such_python", "no_venv")


@dataclass(frozen=True)
class Reproduced:
    """One way in which reproduce.sh was run to its end; None is as it is.

    hindrance is why the script was not started in this way, or not run to its end (lost tells more); log is
    None when there was nothing to start.
    """

    way: Salvage | None
    ending: Ending
    before: Sequence[Entry]
    after: Sequence[Entry]
    log: BinaryIO | None = None
    hindrance: str | None = None
    lost: InfrastructureError | None = None
    prepared_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """How long the script itself ran."""
        return max(0.0, round((self.ending.duration_seconds or 0.0) - self.prepared_seconds, 3))

    @property
    def salvageable(self) -> bool:
        """Whether it failed by itself: a limit that it passed, or a missing script, no other way mends."""
        return self.hindrance is not None or self.ending.reason == "exit_status"


def ways(reproduction: Reproduction) -> tuple[Salvage | None, ...]:
    """As it is, and then the config's others in their order."""
    return (None, *reproduction.salvage)


@cache
def _shell() -> str:
    return Path(__file__).with_name("salvage.sh").read_text(encoding="utf-8")


def command_of(way: Salvage | None) -> tuple[str, ...]:
    """The command that runs reproduce.sh in this way; names no path of the machine."""
    if way is None or not (way.python or way.venv):
        return COMMAND
    return ("bash", "-c", _shell(), "salvage.sh", way.python or "", "venv" if way.venv else "", *COMMAND)


def described(way: Salvage | None) -> str:
    """The way in words."""
    if way is None or not (way.python or way.venv):
        return "as it is"
    python = f"Python {way.python}" if way.python else "python3"
    return f"with {python} in a new virtual environment" if way.venv else f"with {python}"


def hindrance(way: Salvage | None, scratch: Path) -> str | None:
    """Why the script was not started in this way, from what salvage.sh left in the scratch folder."""
    if way is None:
        return None
    return next((name for name in HINDRANCES if os.path.lexists(scratch / "salvage" / name)), None)


def prepared_seconds(way: Salvage | None, scratch: Path) -> float:
    """How long it took before the script could start, as salvage.sh left it; 0 when it says nothing sensible.

    A script may write there too: it could only move one of its own ways before another.
    """
    if way is None:
        return 0.0
    try:
        said = os.open(scratch / "salvage" / "prepared", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return 0.0
    try:
        text = os.read(said, 20)
    except OSError:
        text = b""
    finally:
        os.close(said)
    return int(text) / 1e6 if text.isdigit() else 0.0


def better(one: Reproduced, other: Reproduced) -> bool:
    """Whether one is kept rather than an earlier other.

    What ended well with exit status 0 is best; of those that failed, what ran longer got further: PaperBench
    takes run time for progress too, though it keeps the last.
    """
    return _rank(one) < _rank(other)


def _rank(one: Reproduced) -> tuple[bool, bool, float]:
    return one.hindrance is not None, one.ending.reason != "ok", -one.seconds


def tries(tried: Sequence[Reproduced], kept: Reproduced) -> tuple[Try, ...]:
    """All ways as the outcome tells of them."""
    return tuple(
        Try(
            python=one.way.python if one.way else None,
            venv=one.way.venv if one.way else False,
            exit_status=None if one.hindrance else one.ending.exit_status,
            reason=one.hindrance or one.ending.reason,
            duration_seconds=one.seconds,
            kept=one is kept,
        )
        for one in tried
    )
