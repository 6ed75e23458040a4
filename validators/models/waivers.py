"""waivers/v1: findings that are known and meant."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Model, RelativePath, Text


class Waiver(Model):
    """One finding of one file that is meant to stay."""

    code: Annotated[
        str,
        Field(
            pattern=r"^[RPBCF][0-9]{3}\Z",
            description="The finding's code; what YAML and the schemas say is never waived.",
        ),
    ]
    path: Annotated[RelativePath, Field(description="The file, from the data root.")]
    reason: Annotated[Text, Field(description="Why it is meant, for the next reader.")]


class Waivers(Model):
    """Findings that `check` passes over; one that passes over nothing is itself a finding."""

    schema_: Annotated[Literal["waivers/v1"], Field(alias="schema")]
    waivers: tuple[Waiver, ...]
