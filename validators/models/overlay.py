"""overlay/v1: edits of a rubric whose text is kept elsewhere."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Model, Positive, Sha256, Slug, Text
from validators.models.rubric import Category, Criterion, Facet, Weight

NodePath = Annotated[
    Text,
    Field(description="Ids from the root, joined by /; inside an id, % is written %25 and / is written %2F."),
]
Reason = Annotated[Text | None, Field(description="Why the edit is made, for whoever reviews it.")]
Words = Annotated[
    Text | None,
    Field(description="Some words that stand in the requirement now; enough to see what is edited."),
]
Before = Annotated[Text | None, Field(description="The id of the sibling that it stands before.")]
After = Annotated[
    Text | None, Field(description="The id of the sibling that it stands after; else it is the last.")
]


class Reweight(Model):
    """Give a criterion another weight."""

    kind: Literal["reweight"]
    path: NodePath
    was: Annotated[Positive | None, Field(description="The weight that it has now.")] = None
    weight: Weight
    reason: Reason = None


class Reword(Model):
    """Give a criterion another requirement."""

    kind: Literal["reword"]
    path: NodePath
    was: Words = None
    requirement: Text
    reason: Reason = None


class Recategorise(Model):
    """Give a leaf another category."""

    kind: Literal["recategorise"]
    path: NodePath
    was: Annotated[Category | None, Field(description="The category that it has now.")] = None
    category: Category
    facet: Annotated[Facet | None, Field(description="The facet too; it stays where this is left out.")] = (
        None
    )
    reason: Reason = None


class Add(Model):
    """Add a criterion; a leaf that gets a child becomes a branch, and what only leaves have leaves it."""

    kind: Literal["add"]
    under: NodePath
    before: Before = None
    after: After = None
    criterion: Criterion
    reason: Reason = None


class Remove(Model):
    """Remove a criterion and all below it."""

    kind: Literal["remove"]
    path: NodePath
    was: Words = None
    reason: Reason = None


class Move(Model):
    """Put a criterion, and all below it, under another one or elsewhere among its siblings."""

    kind: Literal["move"]
    path: NodePath
    under: NodePath
    before: Before = None
    after: After = None
    reason: Reason = None


Edit = Annotated[Reweight | Reword | Recategorise | Add | Remove | Move, Field(discriminator="kind")]


class Overlay(Model):
    """Edits of one paper's rubric, in order; the rubric itself is kept elsewhere, and pinned."""

    schema_: Annotated[Literal["overlay/v1"], Field(alias="schema")]
    paper: Annotated[Slug, Field(description="The id of the paper; this file is rubrics/<paper>.patch.yaml.")]
    revision: Annotated[
        Positive,
        Field(description="Raised whenever a score could change; it is added to the rubric's own revision."),
    ]
    base: Annotated[
        Sha256,
        Field(description="The sha256 of rubric.json, as source.files of paper.yaml pins it."),
    ]
    authors: tuple[Text, ...] = ()
    reason: Annotated[Text | None, Field(description="What the edits are for, as a whole.")] = None
    edits: Annotated[tuple[Edit, ...], Field(min_length=1, description="Made in this order.")]
