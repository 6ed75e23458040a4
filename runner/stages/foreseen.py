"""What the stages of a plan would start and need, to be read before anything runs."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runner.containers import Payload, container
from runner.containers.launching import entry
from runner.stages.salvage import COMMAND, described
from validators.corpus import Corpus
from validators.models.config import PayloadStage, Reproduction, Run, Site
from validators.models.plan import Plan, PlannedImage

ENTRY = "<runner/containers/entry.sh>"
WORK = Path("<work>")
SHORT = 12


@dataclass(frozen=True)
class SomeImage:
    """An image that need not be there yet."""

    name: str
    path: Path = Path("<image>")
    sha256: str = "<sha256>"
    mount: Literal["fuse", "unsquash", "sandbox"] = "fuse"
    packages: str | None = None


def command(config: Run, site: Site, planned: PlannedImage) -> list[str]:
    """The words of the command that starts the stage, with <placeholders> for folders, image and GPUs."""
    stage: PayloadStage = planned.stage
    payload = Payload(
        COMMAND, WORK / "submission", WORK / "scratch", WORK / "aside", "<marker>", "<trial>",
        gpus=("<gpu>",) * config.limits_of(stage).gpus,
        network=config.network_of(stage),
        writable_root=stage in config.writable_root,
        image=SomeImage(planned.image),
        gpu_vendor=site.gpu_vendor,
    )  # fmt: skip
    return [ENTRY if word == entry() else word for word in container(config.container).launch(payload).argv]


def image_lines(plan: Plan) -> Iterator[str]:
    """The image of each stage and the command that starts it."""
    if plan.config is None or plan.site is None:
        return
    for planned in plan.images:
        yield f"image          {planned.stage}: {_image(planned, plan.site.id)}"
        yield f"command        {shlex.join(command(plan.config, plan.site, planned))}"
        yield f"               {WORK} is .{planned.stage}.work in the trial's folder"


def _image(planned: PlannedImage, site: str) -> str:
    if planned.definition is not None:
        recipe = f"sif/{planned.image}.def (definition {planned.definition[:SHORT]})"
        return f"{planned.image}, from {recipe}; is it there? paperbench build --list --site {site}"
    where = "fetched from" if "://" in planned.image else "the file"
    return f"{where} {planned.image} (sha256 {(planned.sha256 or '')[:SHORT]})"


def ways_line(reproduction: Reproduction) -> str | None:
    """What is done besides running reproduce.sh as it is."""
    said = ["cleaned by git before"] if reproduction.clean else []
    if reproduction.salvage:
        said.append("while it fails tried again " + ", then ".join(map(described, reproduction.salvage)))
    return f"each is {'; '.join(said)}" if said else None


def papers_needing_gpus(plan: Plan) -> list[str]:
    """The plan's papers that say so."""
    corpus = Corpus(Path(plan.data_root))
    return [paper.id for paper in plan.papers if corpus.paper(paper.id).needs.gpu]


def gpu_line(plan: Plan) -> str | None:
    """Which papers lack a GPU that they need, and what to write; None when none does."""
    if plan.config is None or plan.site is None or plan.protocol == "code-dev":
        return None
    site, gpus = plan.site, plan.config.limits.reproduce.gpus
    gres = site.gres if site.scheduler != "local" else None
    has = bool(site.gpus or gres)
    lacking = papers_needing_gpus(plan) if not (gpus and has) else []
    if not lacking:
        return None
    write = [] if gpus else ["limits.reproduce.gpus: 1 in the run config"]
    if not has:
        keys = "gpus" if site.scheduler == "local" else "gpus or gres"
        write.append(f"{keys} in runner/configs/sites/{site.id}.yaml")
    asks = f" (the scheduler is then asked for {gres}:{gpus or 1})" if gres else ""
    needs = "needs a GPU and gets none" if len(lacking) == 1 else "need a GPU and get none"
    return f"{', '.join(lacking)} {needs}: write {' and '.join(write)}{asks}"
