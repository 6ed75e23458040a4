"""paper/v1: one paper of the benchmark; blacklist/v1: what an attempt at it may not use."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Count, Date, Integer, Model, Positive, RelativePath, Sha256, Slug, Text


class PinnedFile(Model):
    """A file and the digest of its bytes."""

    path: RelativePath
    sha256: Sha256


class Needs(Model):
    """What an attempt needs beyond a computer."""

    gpu: bool = False
    hf_token: bool = False
    openai_api: bool = False
    datasets: tuple[Text, ...] = ()
    weights: tuple[Text, ...] = ()


class LeafCounts(Model):
    """How many leaves of each category a rubric has."""

    code_development: Annotated[Count, Field(alias="Code Development")] = 0
    code_execution: Annotated[Count, Field(alias="Code Execution")] = 0
    result_analysis: Annotated[Count, Field(alias="Result Analysis")] = 0


class Source(Model):
    """Where upstream keeps the text and the rubric, pinned."""

    repository: Annotated[Text, Field(description="owner/name, or a URL.")]
    commit: Annotated[str | None, Field(pattern=r"^[0-9a-f]{40}\Z")] = None
    folder: Annotated[Text | None, Field(description="The paper's folder in that repository.")] = None
    id: Annotated[Text | None, Field(description="Upstream's own id, where it is not ours.")] = None
    nodes: Annotated[Positive | None, Field(description="How many criteria upstream's rubric has.")] = None
    leaves: Annotated[LeafCounts | None, Field(description="How many of them are leaves, by category.")] = (
        None
    )
    files: tuple[PinnedFile, ...] = ()


class Paper(Model):
    """A paper and what belongs to it."""

    schema_: Annotated[Literal["paper/v1"], Field(alias="schema")]
    id: Annotated[Slug, Field(description="The name of the paper's folder.")]
    revision: Annotated[Positive, Field(description="Raised whenever an attempt or a grade could change.")]
    title: Text
    authors: tuple[Text, ...] = ()
    venue: Text | None = None
    presentation: Literal["oral", "spotlight", "poster"] | None = None
    year: Annotated[Integer | None, Field(ge=1900, le=2200)] = None
    url: Annotated[str | None, Field(pattern=r"^https?://[^\s]+\Z")] = None
    code: Annotated[
        str | None, Field(pattern=r"^https?://[^\s]+\Z", description="The authors' own code, if it is known.")
    ] = None
    licence: Annotated[Text | None, Field(description="An SPDX identifier where there is one.")] = None
    topics: tuple[Text, ...] = ()
    files: Annotated[
        tuple[PinnedFile, ...],
        Field(description="The files beside this one that an attempt or a judge reads."),
    ]
    needs: Needs = Needs()
    rubric: Annotated[RelativePath, Field(description="The rubric, from the data root.")]
    blacklist: Annotated[RelativePath, Field(description="The blacklist, from the paper's folder.")] = (
        "blacklist.yaml"
    )
    source: Source | None = None


class BlacklistEntry(Model):
    """One place that an attempt may not use."""

    url: Text
    kind: Literal["repository", "host", "path", "package", "dataset"]
    role: Literal["author_code", "replication"]
    reason: Text | None = None


class Blacklist(Model):
    """What an attempt at the paper may not use; an empty list says 'nothing' explicitly."""

    schema_: Annotated[Literal["blacklist/v1"], Field(alias="schema")]
    paper: Slug
    revision: Positive
    searched: Annotated[Date | None, Field(description="When somebody last looked for replications.")] = None
    entries: tuple[BlacklistEntry, ...]


class Splits(Model):
    """splits/v1: named lists of papers."""

    schema_: Annotated[Literal["splits/v1"], Field(alias="schema")]
    splits: dict[str, tuple[Slug, ...]]
    absent: Annotated[
        tuple[Slug, ...], Field(description="Papers that the splits name and this data root does not hold.")
    ] = ()
