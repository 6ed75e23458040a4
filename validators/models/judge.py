"""Who grades, and what models cost: judge/v1 and prices/v1."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Count, Date, Fraction, Integer, Model, Positive, RelativePath, Slug, Text


class LlmJudge(Model):
    """A model behind an OpenAI-compatible endpoint."""

    model: Text
    base_url: Annotated[
        str | None, Field(pattern=r"^https?://[^\s]+\Z", description="Left out: the client's own default.")
    ] = None
    api_key_env: Annotated[
        Text, Field(description="The name of the variable that holds the key, never the key.")
    ] = "OPENAI_API_KEY"
    prompt: Annotated[Slug, Field(description="A prompt of runner/prompts/.")] = "judge-v1"
    temperature: Annotated[float | None, Field(ge=0.0, le=2.0)] = None
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = None
    seed: Integer | None = None
    context_tokens: Annotated[Positive, Field(description="The model's context size.")] = 128000
    max_output_tokens: Positive = 8000
    concurrency: Positive = 16
    timeout_seconds: Annotated[float, Field(gt=0.0)] = 600.0
    max_tries: Annotated[
        Positive, Field(description="How often one leaf is asked before it counts as failed.")
    ] = 3


class ReplayJudge(Model):
    """Answers recorded earlier."""

    answers: Annotated[
        RelativePath, Field(description="A JSONL file of recorded answers, from this file's folder.")
    ]


class ConstantJudge(Model):
    """The same score for every leaf."""

    score: Fraction


class RandomJudge(Model):
    """A fair coin for every leaf."""

    seed: Count


class Judge(Model):
    """Who decides each leaf: its check where it has one, else one backend."""

    schema_: Annotated[Literal["judge/v1"], Field(alias="schema")]
    id: Slug
    checks: Annotated[bool, Field(description="Whether a leaf's deterministic check decides it.")] = True
    otherwise: Annotated[
        Literal["llm", "replay", "constant", "random"], Field(description="Who decides the other leaves.")
    ]
    llm: LlmJudge | None = None
    replay: ReplayJudge | None = None
    constant: ConstantJudge | None = None
    random: RandomJudge | None = None
    repeats: Annotated[
        Positive, Field(description="How often each leaf is judged; its score is the mean.")
    ] = 1


class Price(Model):
    """What one model costs, in US dollars per million tokens."""

    model: Text
    input_usd: Annotated[float, Field(ge=0.0)]
    cached_input_usd: Annotated[float, Field(ge=0.0)]
    output_usd: Annotated[float, Field(ge=0.0)]
    source: Text | None = None


class Prices(Model):
    """Token prices as they stood on a day."""

    schema_: Annotated[Literal["prices/v1"], Field(alias="schema")]
    date: Date
    models: tuple[Price, ...]
