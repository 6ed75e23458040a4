"""What all documents share: strictness, whole numbers, dates and digests."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from validators.ids import LONGEST_SLUG, SLUG


class Model(BaseModel):
    """A strict, frozen part of a document that knows every key it may hold."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        # Python's engine, so that jsonschema reads every pattern the same way.
        regex_engine="python-re",
        populate_by_name=False,
    )


def _whole(value: Any) -> Any:
    """Take 3.0 for 3, as JSON Schema's integer does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integer = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[Integer, Field(ge=0)]
Positive = Annotated[Integer, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=SLUG, max_length=LONGEST_SLUG)]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", description="A day, YYYY-MM-DD.")]
Instant = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z\Z",
        description="A moment in UTC, as 2026-01-31T12:00:00Z.",
    ),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\Z", description="A sha256 in lower-case hex.")]
RelativePath = Annotated[
    str,
    Field(
        min_length=1,
        pattern=r"^(?!/)(?!.*(?:^|/)\.\.(?:/|\Z)).+\Z",
        description="A path that stays inside its folder.",
    ),
]
