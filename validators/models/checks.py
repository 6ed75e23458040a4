"""Deterministic checks: the closed set of tests that decide a leaf without a model."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Integer, Model, Positive, RelativePath, Slug, Text

Pattern = Annotated[
    str, Field(min_length=1, description="A regular expression in RE2 syntax, matched line by line.")
]
Glob = Annotated[
    RelativePath, Field(description="A glob relative to the submission's root; ** crosses folders.")
]


class Fixtures(Model):
    """Frozen outputs, folders of papers/<paper>/fixtures, that show a check at work."""

    passes: Annotated[Slug, Field(description="Of a reproduction that must meet the check.")]
    fails: Annotated[Slug, Field(description="Of a reproduction that must not meet it.")]


ShownBy = Annotated[
    Fixtures | None, Field(description="What shows that the check can pass and fail; no score depends on it.")
]


class FileExists(Model):
    """Met when at least one file matches the glob."""

    kind: Literal["file_exists"]
    glob: Glob
    min_bytes: Annotated[Positive, Field(description="The smallest size that counts, in bytes.")] = 1
    fixtures: ShownBy = None


class TextMatches(Model):
    """Met when the pattern is found in enough places of the files that match the glob."""

    kind: Literal["text_matches"]
    glob: Glob
    pattern: Pattern
    min_count: Annotated[Positive, Field(description="How many matching lines there must be.")] = 1
    fixtures: ShownBy = None


class Value(Model):
    """Met when one number of a JSON or CSV file lies within a tolerance of what the paper reports."""

    kind: Literal["value"]
    file: RelativePath
    pointer: Annotated[
        Text | None, Field(description="JSON Pointer (RFC 6901) of the number, for .json files.")
    ] = None
    row: Annotated[
        dict[str, str] | None, Field(description="Column values that name exactly one row, for .csv files.")
    ] = None
    column: Annotated[Text | None, Field(description="The column that holds the number, for .csv files.")] = (
        None
    )
    equals: Annotated[float, Field(description="What the paper reports.")]
    abs_tolerance: Annotated[float | None, Field(ge=0.0)] = None
    rel_tolerance: Annotated[float | None, Field(ge=0.0)] = None
    reason: Annotated[Text, Field(description="Why the tolerance is what it is.")]
    fixtures: ShownBy = None


class ExitStatus(Model):
    """Met when reproduce.sh ended by itself with this exit status."""

    kind: Literal["exit_status"]
    equals: Annotated[Integer, Field(ge=0, le=255)] = 0
    fixtures: ShownBy = None


class LogMatches(Model):
    """Met when the pattern is found in enough lines of reproduce.log."""

    kind: Literal["log_matches"]
    pattern: Pattern
    min_count: Positive = 1
    fixtures: ShownBy = None


Check = Annotated[
    FileExists | TextMatches | Value | ExitStatus | LogMatches,
    Field(discriminator="kind", description="A deterministic test that decides the leaf instead of a model."),
]
