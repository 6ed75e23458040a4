"""How far a run is, on standard error: a live display on a terminal, plain lines elsewhere."""

import sys
import threading
from typing import Any, Protocol

from validators.models.records import Outcome, Stage


class Progress(Protocol):
    """Told by workers what happens; every method may be called from any thread."""

    def started(self, trial: str, stage: Stage) -> None:
        """A stage begins."""

    def finished(self, outcome: Outcome) -> None:
        """A stage ended."""

    def note(self, text: str) -> None:
        """Something worth a line."""

    def trial_done(self, trial: str) -> None:
        """Nothing of the trial is left to do."""

    def close(self) -> None:
        """The run has ended."""


def outcome_line(outcome: Outcome) -> str:
    """An outcome in one line."""
    # At a limit the status only tells how it was ended.
    status = f" (exit status {outcome.exit_status})" if outcome.reason == "exit_status" else ""
    blamed = "" if outcome.failure_class == "none" else f" [{outcome.failure_class}]"
    seconds = f"{outcome.duration_seconds:.1f} s"
    return f"{outcome.trial} {outcome.stage}: {outcome.reason}{status}{blamed} in {seconds}"


class PlainProgress:
    """One line an event."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def started(self, trial: str, stage: Stage) -> None:
        """Only what takes time is announced."""
        if stage != "rollout":
            self.note(f"{trial} {stage} ...")

    def finished(self, outcome: Outcome) -> None:
        """How the stage ended."""
        self.note(outcome_line(outcome))

    def note(self, text: str) -> None:
        """One line, never torn by another worker."""
        with self._lock:
            print(text, file=sys.stderr, flush=True)

    def trial_done(self, trial: str) -> None:
        """Its last outcome has said so."""

    def close(self) -> None:
        """Nothing is open."""


class LiveProgress:
    """A bar over all trials and a line for each that is at work."""

    def __init__(self, total: int) -> None:
        from rich.console import Console  # noqa: PLC0415  only on a terminal
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        from rich.progress import Progress as Display  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._display = Display(*columns, console=Console(stderr=True), transient=True)
        self._all = self._display.add_task("trials", total=total)
        self._tasks: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._display.start()

    def started(self, trial: str, stage: Stage) -> None:
        """The trial's line names its stage."""
        with self._lock:
            if trial in self._tasks:
                self._display.update(self._tasks[trial], description=f"{trial} {stage}")
            else:
                self._tasks[trial] = self._display.add_task(f"{trial} {stage}", total=None)

    def finished(self, outcome: Outcome) -> None:
        """Stays above the bars."""
        self.note(outcome_line(outcome))

    def note(self, text: str) -> None:
        """A line above the bars."""
        self._display.console.print(text, markup=False, highlight=False)

    def trial_done(self, trial: str) -> None:
        """One less at work."""
        with self._lock:
            if trial in self._tasks:
                self._display.remove_task(self._tasks.pop(trial))
            self._display.advance(self._all)

    def close(self) -> None:
        """Give the terminal back."""
        self._display.stop()


def progress_for(total: int) -> Progress:
    """The display that standard error can take."""
    return LiveProgress(total) if sys.stderr.isatty() else PlainProgress()
