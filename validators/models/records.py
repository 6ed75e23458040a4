"""What the runner writes about a trial: outcome/v1, verdict/v1 and ledger/v1."""

from typing import Annotated, Literal

from pydantic import Field

from validators.models.base import Count, Fraction, Instant, Integer, Model, Positive, Sha256, Text

FailureClass = Literal["none", "agent", "submission", "infrastructure", "judge"]
Stage = Literal["rollout", "reproduce", "grading"]


class Isolation(Model):
    """How far a stage was kept apart from its host."""

    container: Literal["process", "apptainer", "none"]
    network: Literal["none", "open", "proxy"]
    user_namespace: bool | None = None
    pid_namespace: bool | None = None
    read_only_root: bool | None = None


class SourceFile(Model):
    """The foreign file that a record was read from."""

    path: Text
    sha256: Sha256
    repeat: Annotated[Count | None, Field(description="The repeat that it gave, in an imported grading.")] = (
        None
    )


class Made(Model):
    """What a reproduction changed, in files."""

    new: Count
    changed: Count
    rewritten: Annotated[Count, Field(description="Written again with the same bytes.")]
    deleted: Count


class LargeFile(Model):
    """A file over the size that a run lists."""

    path: Text
    bytes: Count


class Gpu(Model):
    """One GPU that a stage was given, as its vendor's tool on the host tells."""

    device: Annotated[Text, Field(description="As the site's gpus name it.")]
    model: Text
    driver: Annotated[Text | None, Field(description="The driver's version.")] = None
    memory_gib: Annotated[float | None, Field(ge=0.0)] = None


class Environment(Model):
    """What a stage ran on, and in."""

    kernel: Text
    cpu: Annotated[Text | None, Field(description="The processor's model.")] = None
    cores: Annotated[Positive, Field(description="Those that the runner may use.")]
    memory_gib: Annotated[float | None, Field(ge=0.0, description="All of the machine's.")] = None
    gpus: Annotated[
        tuple[Gpu, ...], Field(description="Of the GPUs given, those that a tool on the host tells of.")
    ] = ()
    python: Annotated[Text | None, Field(description="The host's python3, where there is no container.")] = (
        None
    )
    apptainer: Annotated[Text | None, Field(description="Its version.")] = None
    image: Annotated[Text | None, Field(description="The image's name; image holds its digest.")] = None
    packages: Annotated[
        Text | None, Field(description="The list of the image's packages, from the run's folder.")
    ] = None


class Try(Model):
    """One way in which reproduce.sh was run."""

    python: Text | None = None
    venv: bool = False
    exit_status: Integer | None = None
    reason: Annotated[
        Text, Field(description="As in the outcome, or no_such_python or no_venv: the script was not run.")
    ]
    duration_seconds: Annotated[float, Field(ge=0.0)]
    kept: Annotated[bool, Field(description="Whether the stage's results are this one's.")]


class Grading(Model):
    """How far one judge got with one trial."""

    judge: Annotated[Sha256, Field(description="The judge config's digest.")]
    kind: Annotated[Text, Field(description="What the judge calls itself, as boards show it.")]
    model: Text | None = None
    repeats: Positive = 1
    leaves: Annotated[Count, Field(description="Leaves that the protocol asks for.")]
    judged: Annotated[Count, Field(description="Leaves with a verdict that is not failed.")]
    failed: Count = 0
    calls: Count = 0
    tokens_in: Count | None = None
    tokens_cached: Count | None = None
    tokens_out: Count | None = None
    cost_usd: Annotated[float | None, Field(ge=0.0)] = None


class Outcome(Model):
    """How one stage of one trial ended."""

    schema_: Annotated[Literal["outcome/v1"], Field(alias="schema")]
    trial: Annotated[Text, Field(description="paper/agent/n.")]
    stage: Stage
    failure_class: FailureClass
    reason: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9_]+\Z",
            description="ok, no_submission, no_reproduce_script, exit_status, time_limit, output_limit, ...",
        ),
    ]
    message: Annotated[str | None, Field(description="The reason in words, with what to do.")] = None
    exit_status: Annotated[Integer | None, Field(description="0..255; 128 + n for signal n.")] = None
    started_at: Instant
    finished_at: Instant
    duration_seconds: Annotated[float, Field(ge=0.0)]
    host: Text
    tries: Annotated[Positive, Field(description="Starts of this stage, this one included.")] = 1
    image: Annotated[Text | None, Field(description="The image's digest.")] = None
    image_mount: Annotated[
        Literal["fuse", "unsquash", "sandbox"] | None,
        Field(description="How the image's files were reached."),
    ] = None
    limits_by: Annotated[
        Literal["polled", "cgroup"] | None, Field(description="Who kept the limits on memory and processes.")
    ] = None
    environment: Environment | None = None
    declared: Isolation | None = None
    observed: Isolation | None = None
    gpus: tuple[Text, ...] = ()
    submission: Annotated[
        Sha256 | None, Field(description="Digest of the submission this stage leaves behind.")
    ] = None
    cleaned: Annotated[
        bool | None,
        Field(description="Whether git removed what it does not track; missing where no run asked for it."),
    ] = None
    made: Made | None = None
    large_files: Annotated[
        tuple[LargeFile, ...],
        Field(description="Files over reproduction.list_files_over_mib, largest first."),
    ] = ()
    attempts: Annotated[
        tuple[Try, ...], Field(description="Every way in which reproduce.sh was run, salvage included.")
    ] = ()
    grading: Grading | None = None
    source: SourceFile | None = None
    sources: Annotated[
        tuple[SourceFile, ...], Field(description="All of them, where repeats came from several files.")
    ] = ()


class Verdict(Model):
    """What one judge said about one leaf of one trial; appended, never changed."""

    schema_: Annotated[Literal["verdict/v1"], Field(alias="schema")]
    trial: Text
    judge: Sha256
    path: Annotated[
        Text,
        Field(description="Ids from the root to the leaf, joined by /; % and / in an id are %25 and %2F."),
    ]
    leaf: Annotated[Sha256, Field(description="The leaf's digest.")]
    repeat: Annotated[Count, Field(description="Which of the judge's repeats, from 0.")] = 0
    verdict: Annotated[
        Literal["met", "unmet", "score", "failed"], Field(description="failed is no judgement at all.")
    ]
    score: Annotated[Fraction | None, Field(description="1 for met, 0 for unmet, null for failed.")]
    by: Literal["check", "rule", "llm", "replay", "constant", "random", "human", "imported"]
    reason: Annotated[
        Text | None, Field(description="not_reproduced, check_failed, parse, context_length, no_answer, ...")
    ] = None
    evidence: Annotated[tuple[Sha256, ...], Field(description="Digests of the files it rests on.")] = ()
    evidence_origin: Annotated[
        Literal["made", "pre_existing", "mixed", "none"] | None,
        Field(description="Whether reproduction made the evidence; on Result Analysis leaves."),
    ] = None
    answer: Annotated[Text | None, Field(description="The id of its line in answers.jsonl.")] = None
    calls: Annotated[tuple[Text, ...], Field(description="The ids of its lines in ledger.jsonl.")] = ()
    at: Instant


class Call(Model):
    """ledger/v1: one call of a model."""

    schema_: Annotated[Literal["ledger/v1"], Field(alias="schema")]
    id: Text
    trial: Text
    judge: Sha256
    at: Instant
    kind: Annotated[
        Literal["grade", "rank", "parse", "summary", "rollout"],
        Field(description="summary: totals of an imported grading."),
    ]
    model: Text
    leaves: tuple[Text, ...] = ()
    request: Annotated[Sha256 | None, Field(description="Digest of the canonical request.")] = None
    tokens_in: Count
    tokens_cached: Count = 0
    tokens_out: Count
    cost_usd: Annotated[float | None, Field(ge=0.0, description="Null when no price is known.")] = None
    aside_tokens: Annotated[
        Count | None, Field(description="What the budget counts when the endpoint did not say what it used.")
    ] = None
    aside_usd: Annotated[float | None, Field(ge=0.0, description="The same in dollars.")] = None
    latency_seconds: Annotated[float | None, Field(ge=0.0)] = None
    tries: Positive = 1
    status: Annotated[Text, Field(description="ok, or what went wrong.")] = "ok"


class Recorded(Model):
    """answer/v1: one line of recorded answers, for the replay judge."""

    schema_: Annotated[Literal["answer/v1"], Field(alias="schema")]
    paper: Text
    path: Text
    leaf: Sha256
    repeat: Count = 0
    submission: Annotated[Sha256 | None, Field(description="Only for this submission; null: for any.")] = None
    score: Fraction | None
    explanation: str = ""
