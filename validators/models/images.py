"""images/v1: the images that were built on this machine, and what they were built from."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Count, Instant, Model, Sha256, Slug, Text


class BuiltImage(Model):
    """One image, <name>-<first 12 digits of its digest>.sif."""

    name: Annotated[Slug, Field(description="Its recipe, <name>.def.")]
    digest: Annotated[
        Sha256, Field(description="Of the recipe, its build arguments, every input file, and those below it.")
    ]
    arguments: Annotated[
        dict[str, str], Field(description="Build arguments that the digest depends on, those below included.")
    ]
    start: Annotated[
        Sha256 | None, Field(description="Of the local image or tarball that the lowest one started from.")
    ] = None
    sha256: Annotated[Sha256, Field(description="Of the file; no two builds give the same.")]
    bytes: Count
    apptainer: Annotated[Text, Field(description="The version that built it.")]
    built_at: Instant


class BuiltImages(Model):
    """The lock.yaml beside the images, written by `paperbench build`; of one machine, kept out of git."""

    schema_: Annotated[Literal["images/v1"], Field(alias="schema")]
    images: tuple[BuiltImage, ...] = ()
