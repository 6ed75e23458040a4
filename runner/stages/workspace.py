"""A stage's folder while it is being made: under a temporary name, and in place only when all is written."""

from pathlib import Path

from runner.copying import remove_tree, sync_folder
from runner.durable import fsync_folder, read_json, write_atomic, write_json
from runner.processes import Supervisor, sweep
from runner.run_folder import TrialFolder
from validators.models.records import Outcome, Stage


class Workspace:
    """One start of one stage."""

    def __init__(self, trial: TrialFolder, stage: Stage, marker: str) -> None:
        self._marker = marker
        self._trial = trial.path
        self._final = trial.stage(stage)
        self._old = trial.path / f".{stage}.old"
        self._record = trial.path / f".{stage}.started.json"
        self.draft = trial.path / f".{stage}.tmp"
        self.tries = 0

    def begin(self) -> None:
        """Clear away what an earlier start left, processes too, and open an empty draft."""
        self._trial.mkdir(parents=True, exist_ok=True)
        earlier = self._earlier()
        if earlier:
            sweep(self._marker, [(earlier["pid"], earlier["start"])] if earlier.get("pid") else [])
        self._clear()
        self.tries = int(earlier.get("tries", 0)) + 1
        self._note({})
        self.draft.mkdir()

    def _earlier(self) -> dict[str, int]:
        try:
            return dict(read_json(self._record))
        except (FileNotFoundError, ValueError):
            return {}

    def _clear(self) -> None:
        remove_tree(self.draft)
        remove_tree(self._old)

    def _note(self, more: dict[str, int]) -> None:
        write_json(self._record, {"tries": self.tries, **more})

    def record(self, supervisor: Supervisor) -> None:
        """Write down who stands over the stage, before it may start anything."""
        self._note({"pid": supervisor.pid, "start": supervisor.start})

    def settle(self, outcome: Outcome) -> None:
        """Put the folder in place and end the stage with its outcome."""
        sync_folder(self.draft)
        if self._final.exists():
            self._final.rename(self._old)
        self.draft.rename(self._final)
        fsync_folder(self._trial)
        text = outcome.model_dump_json(by_alias=True, exclude_none=True, indent=1)
        write_atomic(self._final / "outcome.json", text.encode() + b"\n")
        self.tidy()

    def tidy(self) -> None:
        """Clear away what a finished stage no longer needs, be it after a crash."""
        self._clear()
        self._record.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Leave nothing behind, be it a folder in place that never got its outcome."""
        self._clear()
        if not (self._final / "outcome.json").exists():
            remove_tree(self._final)

    @property
    def submission(self) -> Path:
        """Where the stage's copy of the submission is made."""
        return self.draft / "submission"
