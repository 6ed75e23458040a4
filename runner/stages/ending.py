"""How one start of a stage ended, and the outcome it becomes."""

import socket
import time
from dataclasses import dataclass, replace
from typing import Literal

from runner.clock import instant
from runner.containers import Image
from runner.stages.context import StageContext
from validators.faults import one_line
from validators.models.records import Environment, FailureClass, Isolation, LargeFile, Made, Outcome, Try


@dataclass(frozen=True)
class Ending:
    """What a stage says about itself."""

    failure_class: FailureClass
    reason: str
    message: str | None = None
    exit_status: int | None = None
    duration_seconds: float | None = None
    gpus: tuple[str, ...] = ()
    declared: Isolation | None = None
    observed: Isolation | None = None
    submission: str | None = None
    image: Image | None = None
    cleaned: bool | None = None
    made: Made | None = None
    environment: Environment | None = None
    limits_by: Literal["polled", "cgroup"] | None = None
    large_files: tuple[LargeFile, ...] = ()
    attempts: tuple[Try, ...] = ()


def told(ending: Ending, *more: str | None) -> Ending:
    """The ending with more to say."""
    return replace(ending, message="; ".join(filter(None, (ending.message, *more))) or None)


def outcome_of(ending: Ending, context: StageContext, tries: int, started: float) -> Outcome:
    """The ending with times and host; started is in seconds since the epoch."""
    now = time.time()
    duration = ending.duration_seconds
    return Outcome.model_validate(
        {
            "schema": "outcome/v1",
            "trial": context.trial.id,
            "stage": context.stage,
            "failure_class": ending.failure_class,
            "reason": ending.reason,
            "message": None if ending.message is None else one_line(ending.message),
            "exit_status": ending.exit_status,
            "started_at": instant(started),
            "finished_at": instant(now),
            "duration_seconds": round(max(0.0, now - started), 3) if duration is None else duration,
            "host": socket.gethostname(),
            "tries": tries,
            "limits_by": ending.limits_by,
            "environment": ending.environment,
            "declared": ending.declared,
            "observed": ending.observed,
            "image": None if ending.image is None else ending.image.sha256,
            "image_mount": None if ending.image is None else ending.image.mount,
            "gpus": ending.gpus,
            "submission": ending.submission,
            "cleaned": ending.cleaned,
            "made": ending.made,
            "large_files": ending.large_files,
            "attempts": ending.attempts,
        }
    )
