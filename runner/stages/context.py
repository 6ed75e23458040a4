"""What every stage of one trial is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runner.containers import Container, Image
from runner.errors import PaperbenchError
from runner.halt import Halt
from runner.progress import Progress
from runner.run_folder import RunFolder, TrialFolder
from runner.schedulers.gpus import GpuSlots
from runner.stages.failures import InfrastructureError
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
    images: Mapping[PayloadStage, Image]
    halt: Halt
    progress: Progress

    @property
    def gpu_vendor(self) -> Literal["nvidia", "amd"]:
        """Whose GPUs the site has."""
        return self.plan.site.gpu_vendor if self.plan.site else "nvidia"

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

    def give_back(self, folder: Path) -> None:
        """Make what the stage left in the folder the caller's own again, where it could be root inside.

        Raises InfrastructureError.
        """
        within, stage = self.within, self.payload_stage
        if stage in within.config.writable_root and folder.is_dir():
            try:
                within.container.give_back(within.images.get(stage), folder, folder / "aside")
            except PaperbenchError as error:
                raise InfrastructureError("not_given_back", str(error)) from None

    def declared(self) -> Isolation:
        """How far the config says the stage's payload is kept apart."""
        config = self.within.config
        stage = self.payload_stage
        contained = config.container == "apptainer"
        return Isolation(
            container=config.container,
            network=config.network_of(stage),
            pid_namespace=contained or None,
            read_only_root=(contained and stage not in config.writable_root) or None,
        )

    @property
    def folder(self) -> TrialFolder:
        """The trial's folder."""
        return self.within.run.trial(self.trial.id)

    @property
    def marker(self) -> str:
        """What every process of the stage carries in its environment."""
        return f"{self.within.marker}/{self.trial.id}/{self.stage}"
