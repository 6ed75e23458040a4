"""rubric/v1: what a replication of one paper is graded by."""

from typing import Annotated, Literal

from pydantic import Field

from validators.limits import LARGEST_WEIGHT
from validators.models.base import Date, Model, Positive, Slug, Text
from validators.models.checks import Check

Category = Literal["Code Development", "Code Execution", "Result Analysis"]
Facet = Literal[
    "Environment & Infrastructure Setup",
    "Dataset and Model Acquisition",
    "Data Processing & Preparation",
    "Method Implementation",
    "Experimental Setup",
    "Evaluation, Metrics & Benchmarking",
    "Logging, Analysis & Presentation",
]
Weight = Annotated[Positive, Field(le=LARGEST_WEIGHT)]
BranchDigest = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{16}\Z", description="A digest of the branch's text and its children's."),
]


class SignOff(Model):
    """Who stands for this rubric."""

    name: Text
    role: Literal["paper_author", "expert", "maintainer"]
    date: Date
    branches: Annotated[
        dict[str, BranchDigest],
        Field(
            default_factory=dict,
            description="Branches whose children together entail them, as this person read them; "
            "`paperbench rubric sign` writes them.",
        ),
    ]


class Rationale(Model):
    """Where the paper says what a leaf asks for."""

    section: Annotated[Text, Field(description="The heading of paper.md under which the quote stands.")]
    quote: Annotated[Text, Field(description="Words that stand verbatim in paper.md, white space aside.")]


class Criterion(Model):
    """One node of the rubric: a branch with children, or a leaf with a category."""

    id: Annotated[
        Text, Field(description="Unique among its siblings; quote it where YAML could read a number.")
    ]
    requirement: Annotated[str, Field(description="One sentence that a judge can check.")]
    weight: Annotated[Weight, Field(description="Share among its siblings.")] = 1
    category: Category | None = None
    facet: Facet | None = None
    review_minutes: Annotated[
        float | None, Field(gt=0.0, description="How long an expert needs to judge it.")
    ] = None
    rationale: Rationale | None = None
    check: Check | None = None
    upstream_id: Annotated[
        Text | None, Field(description="The id upstream's rubric gives it, where ours had to differ.")
    ] = None
    children: tuple["Criterion", ...] = ()


class Rubric(Model):
    """The rubric of one paper."""

    schema_: Annotated[Literal["rubric/v1"], Field(alias="schema")]
    paper: Annotated[Slug, Field(description="The id of the paper, and this file's name.")]
    revision: Annotated[Positive, Field(description="Raised whenever a score could change.")]
    status: Literal["draft", "in_review", "signed_off"]
    sign_offs: tuple[SignOff, ...] = ()
    criterion: Annotated[Criterion, Field(description="The root of the tree.")]
