"""What comes back from an endpoint: a reply, or a call that failed."""

from dataclasses import dataclass

from runner.judging.llm.prices import Usage


@dataclass(frozen=True)
class Reply:
    """One answer of the endpoint; usage None when it reported none."""

    content: str | None
    finish_reason: str | None
    refusal: str | None
    usage: Usage | None


class CallFailedError(Exception):
    """A call without an answer; reason is the verdict's, should this be the last try."""

    def __init__(self, reason: str, message: str, *, again: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason, self.again, self.retry_after = reason, again, retry_after
