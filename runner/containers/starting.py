"""Containers that the runner starts for itself: however they end, nothing of them is left."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.apptainer import ApptainerError
from runner.apptainer.calls import last_lines
from runner.processes import followed
from runner.supervisor import Order

MARKER = "paperbench-own"
LOG = "log"
# Nothing prints it: so all that is printed is what came before the payload.
NOTHING = "paperbench-prints-no-such-line:"
LOG_BYTES = 1 << 20


def started(
    argv: Sequence[str], env: Mapping[str, str], folder: Path, seconds: float, header: str = NOTHING
) -> str | None:
    """Run it in the folder to its end; the rest of the line that begins with the header, None without one.

    Raises ApptainerError unless it ends in time and with 0.
    """
    order = Order(
        argv=list(argv),
        env=dict(env),
        folder=str(folder),
        log=str(folder / LOG),
        measured=[],
        time_limit_seconds=seconds,
        output_limit_bytes=None,
        memory_limit_bytes=None,
        log_limit_bytes=LOG_BYTES,
        header=header,
    )
    report = followed(order, MARKER, lambda _: None)
    if report is None:
        raise ApptainerError(argv, None, "its supervisor was lost")
    if report.ended != "exit" or report.exit_status != 0:
        status = report.exit_status if report.ended == "exit" else None
        raise ApptainerError(argv, status, report.error or last_lines(report.said))
    return report.inside
