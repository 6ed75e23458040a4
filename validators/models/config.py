"""What a user configures: run/v1, agent/v1 and site/v1."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from validators.models.base import (
    Count,
    Model,
    Positive,
    Sha256,
    Slug,
    Text,
)

Protocol = Literal["full", "code-dev", "resources-provided"]
ScoringRule = Literal["paper-2025", "upstream-2026-04"]
Network = Literal["none", "open", "proxy"]
PayloadStage = Literal["rollout", "reproduce"]
PAYLOAD_STAGES: tuple[PayloadStage, ...] = get_args(PayloadStage)
Minutes = Annotated[
    Annotated[float, Field(gt=0.0)] | Literal["unlimited"],
    Field(description="Minutes of wall time, or unlimited."),
]


class AgentUse(Model):
    """One agent of a run, on all its papers or on some."""

    id: Slug
    papers: Annotated[tuple[Slug, ...] | None, Field(description="Only these papers of the run.")] = None


class StageLimits(Model):
    """What one stage may use."""

    time_limit_minutes: Minutes
    output_limit_mib: Annotated[
        Positive, Field(description="Most bytes a stage may write to its log and work folder.")
    ] = 1024
    log_limit_mib: Annotated[
        Positive, Field(description="Most of its log that is kept: half from the start, half from the end.")
    ] = 16
    gpus: Count = 0
    mem_gib: Annotated[float | None, Field(gt=0.0)] = None
    processes: Annotated[Positive | None, Field(description="Most processes at a time.")] = None


class Limits(Model):
    """What the stages of a trial may use."""

    rollout: StageLimits
    reproduce: StageLimits


class PrebuiltImage(Model):
    """An image that was built elsewhere."""

    sif: Annotated[Text, Field(description="Its file, from the data root or absolute, or its URL.")]
    sha256: Sha256


class Images(Model):
    """The images of the stages, each by the name of its recipe under sif/, or built elsewhere."""

    rollout: Slug | PrebuiltImage = "agent"
    reproduce: Slug | PrebuiltImage = "reproduce"


class StageNetworks(Model):
    """A network for each stage."""

    rollout: Network
    reproduce: Network


class Salvage(Model):
    """Another way to run reproduce.sh after it failed."""

    python: Annotated[
        str | None,
        Field(pattern=r"^3\.[0-9]{1,2}\Z", description="The Python that python3 is, such as 3.11."),
    ] = None
    venv: Annotated[bool, Field(description="Whether a new virtual environment is active.")] = False


class Reproduction(Model):
    """How reproduce.sh is run."""

    clean: Annotated[
        bool, Field(description="Whether files that git does not track are removed before, as git clean -fd.")
    ] = False
    salvage: Annotated[
        tuple[Salvage, ...],
        Field(description="Tried in order, each from a fresh copy, while the script fails."),
    ] = ()
    list_files_over_mib: Annotated[
        Positive, Field(description="Larger files are listed in the outcome; none is left out.")
    ] = 10


class Budget(Model):
    """Where judging stops before it is passed."""

    cost_usd: Annotated[float | None, Field(gt=0.0)] = None
    tokens: Positive | None = None
    calls: Positive | None = None


class Run(Model):
    """Papers times agents times attempts, and how they are run, judged and scored."""

    schema_: Annotated[Literal["run/v1"], Field(alias="schema")]
    id: Slug
    papers: tuple[Slug, ...] | None = None
    split: Annotated[Slug | None, Field(description="A split of papers/splits.yaml instead of papers.")] = (
        None
    )
    agents: Annotated[tuple[AgentUse, ...], Field(min_length=1)]
    attempts: Positive = 1
    protocol: Protocol = "full"
    container: Literal["process", "apptainer"] = "process"
    network: Annotated[Network | StageNetworks, Field(description="One for all stages, or one for each.")] = (
        "open"
    )
    images: Images = Images()
    writable_root: Annotated[
        tuple[PayloadStage, ...],
        Field(description="Stages that may install system packages: root in a throw-away overlay."),
    ] = ()
    limits: Limits
    reproduction: Reproduction = Reproduction()
    judge: Slug
    budget: Budget | None = None
    scoring: ScoringRule = "paper-2025"
    site: Slug = "local"
    max_retries: Annotated[
        Count, Field(description="How often a stage that failed for infrastructure is tried again.")
    ] = 2

    def network_of(self, stage: PayloadStage) -> Network:
        """The network that a stage is given."""
        network = self.network
        if isinstance(network, str):
            return network
        return network.rollout if stage == "rollout" else network.reproduce

    def image_of(self, stage: PayloadStage) -> str | PrebuiltImage:
        """The image that a stage runs in."""
        return self.images.rollout if stage == "rollout" else self.images.reproduce

    def limits_of(self, stage: PayloadStage) -> StageLimits:
        """What a stage may use."""
        return self.limits.rollout if stage == "rollout" else self.limits.reproduce


class Submissions(Model):
    """Folders or tar files that hold one user's finished attempts at one paper."""

    paper: Slug
    folders: Annotated[
        tuple[Text, ...],
        Field(min_length=1, description="A folder or tar file an attempt, from this folder or absolute."),
    ]


class Agent(Model):
    """Who makes the attempt."""

    schema_: Annotated[Literal["agent/v1"], Field(alias="schema")]
    id: Slug
    kind: Annotated[
        Literal["oracle", "flawed", "noop", "submission"],
        Field(description="The paper's oracle or flawed submission, nothing (noop), or folders you have."),
    ]
    label: Annotated[Text | None, Field(description="What boards call it.")] = None
    submissions: tuple[Submissions, ...] = ()


class SiteImages(Model):
    """Where images are built and kept, and what from."""

    folder: Annotated[
        Text | None, Field(description="Where images are kept; left out: sif/ under the data root.")
    ] = None
    scratch: Annotated[
        Text | None, Field(description="A local disk with room for builds; left out: TMPDIR or /var/tmp.")
    ] = None
    bootstrap: Annotated[
        Literal["auto", "docker", "debootstrap", "local", "tarball"],
        Field(description="What base starts from; auto: a registry where one answers, else debootstrap."),
    ] = "auto"
    source: Annotated[
        Text | None, Field(description="For local and tarball: the image or root file system; docker: which.")
    ] = None
    arguments: Annotated[
        dict[str, Text],
        Field(default_factory=dict, description='Build arguments of the recipes, such as cuda: "12.4".'),
    ]
    time_limit_minutes: Annotated[Minutes, Field(description="How long one image may be built.")] = 240.0


class Site(Model):
    """Where stages run."""

    schema_: Annotated[Literal["site/v1"], Field(alias="schema")]
    id: Slug
    scheduler: Literal["local", "slurm"]
    workers: Annotated[Positive | None, Field(description="Trials at a time; left out: one per core.")] = None
    gpus: Annotated[
        tuple[Text, ...],
        Field(description="The devices that trials share, as CUDA_VISIBLE_DEVICES names them."),
    ] = ()
    gpu_vendor: Annotated[
        Literal["nvidia", "amd"], Field(description="Which driver containers are given: --nv or --rocm.")
    ] = "nvidia"
    gres: Annotated[Text | None, Field(description="What the scheduler calls one GPU, such as gpu:a100.")] = (
        None
    )
    images: SiteImages | None = None
    runs: Annotated[
        Text | None, Field(description="Where runs are kept; left out: runs/ under the data root.")
    ] = None
    python: Annotated[Text | None, Field(description="A Python >= 3.11 that the node sees.")] = None
