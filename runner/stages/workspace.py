"""A stage's folders while it is being made: under temporary names, and in place only when all is written."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from runner.copying import remove_tree, sync_folder
from runner.durable import read_json, write_atomic, write_json
from runner.processes import Supervisor, sweep
from runner.procfs import machine
from runner.run_folder import TrialFolder
from validators.models.records import Outcome, Stage
from validators.writing import fsync_folder

KEPT = ("rollout", "reproduce", "grading")
# The run's folder, trials, paper, agent: what lies above a trial.
ABOVE = 4


class Workspace:
    """One start of one stage.

    What a stage keeps is made in draft. What is not the runner's own runs in work, where it can reach draft
    only by leaving its folder; so draft is made anew once it has ended. kept is a submission that an earlier
    way of this start left, while another is tried.
    """

    def __init__(self, trial: TrialFolder, stage: Stage, marker: str, tries: int = 0) -> None:
        self._marker = marker
        self._trial = trial.path
        self._stage = stage
        self._final = trial.stage(stage)
        self._old = trial.path / f".{stage}.old"
        self._record = trial.path / f".{stage}.started.json"
        self._above = [*reversed(self._trial.parents[:ABOVE]), self._trial]
        # Somebody who moves a run to another disk and leaves a link wants it followed.
        self._links = {folder for folder in self._above if folder.is_symlink()}
        self._placed = self._done = False
        self.draft = trial.path / f".{stage}.tmp"
        self.work = trial.path / f".{stage}.work"
        self.kept = trial.path / f".{stage}.kept"
        self.tries = tries

    def begin(self) -> None:
        """Clear away what an earlier start left, processes too, and open an empty draft."""
        self._trial.mkdir(parents=True, exist_ok=True)
        earlier = self._earlier()
        if earlier is not None:
            sweep(self._marker, earlier[1])
            self.tries = max(self.tries, earlier[0])
        self._clear()
        self.tries += 1
        self._note({})
        self.draft.mkdir()
        self._open_work()

    def _open_work(self) -> None:
        # Whatever rights a payload gives its files, other users of the machine do not get at them.
        self.work.mkdir(mode=0o700)

    def _earlier(self) -> tuple[int, list[tuple[int, int]]] | None:
        """How often the stage was started and who stood over it; None when no start is known."""
        try:
            told = read_json(self._record)
            tries, mine = int(told["tries"]), told.get("marker") == self._marker
            # In a copied run the record tells of somebody else's processes, and of none since a new boot.
            mine = mine and told.get("machine") == machine()
            return tries, [(int(told["pid"]), int(told["start"]))] if mine and told.get("pid") else []
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return 0, []

    def _clear(self) -> None:
        for folder in (self.draft, self.work, self.kept, self._old):
            remove_tree(folder)

    def _note(self, more: dict[str, int | str]) -> None:
        if self._record.is_dir():
            remove_tree(self._record)
        write_json(self._record, {"tries": self.tries, "marker": self._marker, **more})

    def record(self, supervisor: Supervisor) -> None:
        """Write down who stands over the stage, before it may start anything."""
        self._note({"pid": supervisor.pid, "start": supervisor.start, "machine": machine()})

    def reclaim(self) -> bool:
        """Take the trial's folder back from what ran in work and has ended; whether it had been damaged.

        Raises OSError.
        """
        ours = [folder for folder in self._above if not (folder in self._links and folder.is_dir())]
        damaged = [folder for folder in [*ours, self.work] if _restored(folder)]
        known = {*KEPT, self._record.name, self.work.name, self.kept.name}
        for path in self._trial.iterdir():
            if path.name not in known:
                remove_tree(path)
        self._note({})
        self.draft.mkdir()
        return bool(damaged)

    def keep(self) -> None:
        """Put the draft's submission aside, in place of one that was."""
        remove_tree(self.kept)
        self.submission.rename(self.kept)

    def renew(self) -> None:
        """Clear away all but what is kept, to try another way."""
        remove_tree(self.work)
        remove_tree(self.draft)
        self.draft.mkdir()
        self._open_work()

    def take_back(self) -> None:
        """Make what is kept the draft's submission."""
        remove_tree(self.submission)
        self.kept.rename(self.submission)

    def settle(self, outcome: Outcome) -> None:
        """Put the folder in place and end the stage with its outcome."""
        remove_tree(self.work)
        self.forget_later()
        sync_folder(self.draft)
        remove_tree(self._old)
        if os.path.lexists(self._final):
            self._final.rename(self._old)
        self._placed = True
        self.draft.rename(self._final)
        fsync_folder(self._trial)
        text = outcome.model_dump_json(by_alias=True, exclude_none=True, indent=1)
        write_atomic(self._final / "outcome.json", text.encode() + b"\n")
        self._done = True
        self.tidy()

    def forget_later(self) -> None:
        """Remove the stages after this one: what they tell is about another start of it."""
        for name in KEPT[KEPT.index(self._stage) + 1 :]:
            remove_tree(self._trial / name)

    def tidy(self) -> None:
        """Clear away what a finished stage no longer needs, be it after a crash."""
        self._clear()
        self._record.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Leave nothing behind, be it a folder in place that never got its outcome."""
        with suppress(OSError):
            self._clear()
        ended = self._done if self._placed else (self._final / "outcome.json").is_file()
        if not ended:
            remove_tree(self._final)

    @property
    def submission(self) -> Path:
        """Where the stage's copy of the submission is kept."""
        return self.draft / "submission"


def _restored(folder: Path) -> bool:
    """Have a folder there that the owner can use; whether there was none."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
        folder.mkdir()
        return True
    mode = folder.stat().st_mode
    if mode & stat.S_IRWXU == stat.S_IRWXU:
        return False
    folder.chmod(mode & 0o777 | stat.S_IRWXU)
    return True
