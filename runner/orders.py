"""What a supervisor is told to do, and what it tells when that has ended."""

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any

from runner.measuring import MOST_FILES
from runner.output import CHUNK


@dataclass(frozen=True)
class Order:
    """What to start, where, and what it may use.

    log_limit_bytes is how much of the log is kept, its head and its tail. header is how the line begins that
    a container prints before its payload starts. helpers_watched: the payload is lost when a process of the
    container's runtime beside it ends. most_files may be made, of those whose paths are long fewer.
    """

    argv: list[str]
    env: dict[str, str]
    folder: str
    log: str
    measured: list[str]
    time_limit_seconds: float | None
    output_limit_bytes: int | None
    memory_limit_bytes: int | None
    grace_seconds: float = 2.0
    give_up_seconds: float = 30.0
    log_limit_bytes: int | None = None
    header: str | None = None
    process_limit: int | None = None
    helpers_watched: bool = False
    most_files: int = MOST_FILES


@dataclass
class Report:
    """How the payload ended: exit, a limit, container_lost, not_started or not_killed.

    The limits are time_limit, output_limit, memory_limit and process_limit; passed says what of it. log_bytes
    is what the payload printed, kept or not; error_number, an errno, says why it could not be kept. inside is
    what the header said, and started_seconds when it came; when it was asked for and never came, inside is
    None and said the end of what was printed.
    """

    ended: str
    exit_status: int | None = None
    duration_seconds: float = 0.0
    log_bytes: int = 0
    left_running: int = 0
    error: str | None = None
    error_number: int = 0
    inside: str | None = None
    said: str = ""
    started_seconds: float = 0.0
    passed: str = ""


def read_order() -> Order | None:
    """The order, from standard input; None when that ended before it."""
    text = b""
    while not text.endswith(b"\n"):
        data = os.read(0, CHUNK)
        if not data:
            return None
        text += data
    values: dict[str, Any] = json.loads(text)
    return Order(**{field.name: values[field.name] for field in fields(Order)})


def order_line(order: Order) -> bytes:
    """The order as the supervisor reads it."""
    return json.dumps(asdict(order)).encode() + b"\n"
