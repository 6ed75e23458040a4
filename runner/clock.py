"""The time as the records spell it."""

from datetime import UTC, datetime


def instant(seconds: float | None = None) -> str:
    """Now, or seconds since the epoch, in UTC to the millisecond."""
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
