"""What every stage of one trial is given."""

from dataclasses import dataclass

from runner.containers import Container
from runner.halt import Halt
from runner.progress import Progress
from runner.run_folder import RunFolder, TrialFolder
from runner.schedulers.gpus import GpuSlots
from validators.corpus import Corpus
from validators.models.config import PayloadStage, Run
from validators.models.plan import Plan, PlannedTrial
from validators.models.records import Isolation, Stage


def run_marker(run: RunFolder, plan: Plan) -> str:
    """What tells the run's processes from all others, those of a copy of its folder included."""
    status = run.path.stat()
    return f"{plan.uuid}.{status.st_dev:x}-{status.st_ino:x}"


@dataclass(frozen=True)
class RunContext:
    """One run at work."""

    run: RunFolder
    plan: Plan
    config: Run
    corpus: Corpus
    container: Container
    slots: GpuSlots
    halt: Halt
    progress: Progress

    @property
    def marker(self) -> str:
        """What every process of the run carries in its environment."""
        return run_marker(self.run, self.plan)


@dataclass(frozen=True)
class StageContext:
    """One stage of one trial at work."""

    within: RunContext
    trial: PlannedTrial
    stage: Stage

    @property
    def payload_stage(self) -> PayloadStage:
        """The stage, where it is one that starts a payload."""
        return "rollout" if self.stage == "rollout" else "reproduce"

    def declared(self) -> Isolation:
        """How far the config says the stage's payload is kept apart."""
        config = self.within.config
        return Isolation(container=config.container, network=config.network_of(self.payload_stage))

    @property
    def folder(self) -> TrialFolder:
        """The trial's folder."""
        return self.within.run.trial(self.trial.id)

    @property
    def marker(self) -> str:
        """What every process of the stage carries in its environment."""
        return f"{self.within.marker}/{self.trial.id}/{self.stage}"
