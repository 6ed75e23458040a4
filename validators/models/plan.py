"""plan/v1: everything a run was planned with; snapshot/v1: a rubric exactly as it was scored."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Instant, Model, Positive, Sha256, Slug, Text
from validators.models.checks import Check
from validators.models.config import Agent, PayloadStage, Protocol, Run, ScoringRule, Site
from validators.models.judge import Judge
from validators.models.rubric import Category, Facet


class PlannedPaper(Model):
    """One paper of the run and the digests that must not drift."""

    id: Slug
    rubric: Annotated[
        Sha256, Field(description="Digest of the scored tree; rubrics/<digest>.json in the run holds it.")
    ]
    rubric_status: Annotated[
        Literal["draft", "in_review", "signed_off", "snapshot"] | None,
        Field(description="What it was when planned; a snapshot is no rubric of ours. Missing: not known."),
    ] = None
    paper: Annotated[Sha256, Field(description="Digest of paper.yaml's files: path and bytes.")]
    blacklist: Sha256 | None = None
    title: Text | None = None


class PlannedImage(Model):
    """The image of one stage."""

    stage: PayloadStage
    image: Annotated[Text, Field(description="The name of its recipe under sif/, or where it lies.")]
    definition: Annotated[
        Sha256 | None, Field(description="Digest of the recipe and all its inputs, build arguments apart.")
    ] = None
    sha256: Annotated[Sha256 | None, Field(description="Of an image built elsewhere.")] = None


class PlannedAgent(Model):
    """One agent of the run, resolved."""

    config: Agent
    digest: Sha256


class PlannedJudge(Model):
    """The run's judge, resolved: its digest covers whatever could change a verdict."""

    config: Judge
    folder: Annotated[Text, Field(description="The folder that its relative paths start from.")]
    digest: Sha256
    inputs: Annotated[
        dict[str, Sha256], Field(default_factory=dict, description="Prompts and answer files by name.")
    ]


class PlannedTrial(Model):
    """One attempt of one agent at one paper."""

    id: Annotated[Text, Field(description="paper/agent/n, and its folder under trials/.")]
    paper: Slug
    agent: Text
    attempt: Annotated[Positive, Field(description="From 1; imported attempts are ranked by time.")]
    submission: Annotated[
        Text | None, Field(description="The folder or tar file handed in, where it is known beforehand.")
    ] = None
    submission_digest: Annotated[
        Sha256 | None, Field(description="Of a folder's paths and bytes, or the sha256 of a tar file.")
    ] = None
    protocol: Annotated[Protocol | None, Field(description="Where it is not the plan's.")] = None
    rubric: Annotated[
        Sha256 | None, Field(description="Where it is not its paper's, as in an imported grading.")
    ] = None
    paper_set: Annotated[tuple[Slug, ...] | None, Field(description="Where it is not all of the plan's.")] = (
        None
    )
    at: Instant | None = None
    reproduced: Annotated[
        bool | None,
        Field(description="false: judged without the reproduction that its protocol asks for."),
    ] = None


class Plan(Model):
    """plan.lock: what run and resume read, and nothing else."""

    schema_: Annotated[Literal["plan/v1"], Field(alias="schema")]
    run: Text
    uuid: Text
    origin: Literal["planned", "imported"]
    created_at: Instant
    runner: Annotated[Text, Field(description="Version of this program, with its commit where it is known.")]
    data_root: Text
    protocol: Protocol
    scoring: ScoringRule
    config: Run | None = None
    site: Site | None = None
    judge: PlannedJudge | None = None
    papers: tuple[PlannedPaper, ...]
    agents: tuple[PlannedAgent, ...] = ()
    images: Annotated[tuple[PlannedImage, ...], Field(description="None without a container.")] = ()
    trials: tuple[PlannedTrial, ...]


class SnapshotNode(Model):
    """One node of a snapshot; its weight may be 0, as in a graded tree."""

    id: Text
    requirement: str
    weight: Annotated[float, Field(ge=0.0)]
    category: Category | Literal["Subtree"] | None = None
    facet: Facet | None = None
    check: Check | None = None
    children: tuple["SnapshotNode", ...] = ()


class Snapshot(Model):
    """A rubric exactly as it was scored, named by its digest."""

    schema_: Annotated[Literal["snapshot/v1"], Field(alias="schema")]
    paper: Text
    digest: Sha256
    revision: Positive | None = None
    source: Annotated[Text | None, Field(description="Where a tree that is no rubric of ours came from.")] = (
        None
    )
    root: SnapshotNode
