"""Starts a stage's payload in the run's container, under a supervisor, and reads what held."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from runner.apptainer.calls import last_lines
from runner.containers import Launch, Payload
from runner.processes import Supervisor, sweep
from runner.stages.context import StageContext
from runner.stages.ending import Ending
from runner.stages.failures import DISK, InfrastructureError
from runner.stages.workspace import Workspace
from runner.supervisor import Order, Report
from validators.models.config import StageLimits
from validators.models.records import Isolation

LOG = "reproduce.log"
# It may look through folders, twice, before and after.
MARGIN_SECONDS = 60.0
MIB = 1 << 20
GIB = 1 << 30
WORDS = {
    "time_limit": "stopped at its time limit of {0.time_limit_minutes} min",
    "output_limit": "stopped at its limit of {0.output_limit_mib} MiB of output",
    "memory_limit": "stopped at its limit of {0.mem_gib} GiB of memory",
    "process_limit": "stopped at its limit of {0.processes} processes",
}
NOT_HERE = {
    "not_started": "the payload could not be started",
    "not_killed": "the payload could not be ended",
    "container_lost": "the container's image was lost while it ran",
}


@dataclass(frozen=True)
class Start:
    """What to start, and the GPUs it is given.

    limits of None are the stage's own; plain is never root, whatever the stage may be.
    """

    argv: tuple[str, ...]
    gpus: tuple[str, ...] = ()
    limits: StageLimits | None = None
    plain: bool = False


@dataclass(frozen=True)
class Ran:
    """One start of a payload: how it ended, and how far it was kept apart."""

    report: Report
    isolation: Isolation


@contextmanager
def open_log(folder: Path) -> Iterator[BinaryIO]:
    """A file without a name, so that nobody who is not given it can write another log in its place."""
    path = folder / LOG
    with path.open("x+b") as log:
        path.unlink()
        yield log


def run_payload(context: StageContext, space: Workspace, start: Start, log: BinaryIO) -> Ran:
    """Run a command in the stage's work folder to its end; raises InfrastructureError and OSError."""
    container = context.within.container
    launch = container.launch(payload_of(context, space.work, start))
    launch.make_folders()
    limits = start.limits or context.within.config.limits_of(context.payload_stage)
    report = _supervised(context, space, order_for(limits, launch, log))
    _blame_the_machine(report, launch)
    try:
        inside = container.observed(report.inside)
    except ValueError as error:
        raise InfrastructureError("container_failed", str(error)) from None
    if not inside.command_found:
        raise InfrastructureError("image_unfit", f"the image has no {start.argv[0]}; add it to the recipe")
    return Ran(report, inside.isolation)


def payload_of(context: StageContext, work: Path, start: Start) -> Payload:
    """The command in the stage's folders, as the run wants it kept apart."""
    within, stage = context.within, context.payload_stage
    return Payload(
        start.argv, work / "submission", work / "scratch", work / "aside", context.marker, context.trial.id,
        gpus=start.gpus,
        network=within.config.network_of(stage),
        writable_root=stage in within.config.writable_root and not start.plain,
        image=within.images.get(stage),
        gpu_vendor=within.gpu_vendor,
    )  # fmt: skip


def order_for(limits: StageLimits, launch: Launch, log: BinaryIO) -> Order:
    """The supervisor's order: what to start, and its limits."""
    return Order(
        argv=list(launch.argv),
        env=launch.env,
        folder=str(launch.folder),
        log=f"/proc/self/fd/{log.fileno()}",
        measured=[str(folder) for folder in launch.counted],
        time_limit_seconds=_seconds(limits),
        output_limit_bytes=limits.output_limit_mib * MIB,
        memory_limit_bytes=None if limits.mem_gib is None else int(limits.mem_gib * GIB),
        process_limit=limits.processes,
        log_limit_bytes=limits.log_limit_mib * MIB,
        header=launch.header,
        helpers_watched=launch.header is not None,
    )


def _seconds(limits: StageLimits) -> float | None:
    minutes = limits.time_limit_minutes
    return None if isinstance(minutes, str) else minutes * 60


def _supervised(context: StageContext, space: Workspace, order: Order) -> Report:
    halt = context.within.halt
    halt.check()
    supervisor = Supervisor(context.marker, int(order.log.rpartition("/")[2]))
    halt.watch(supervisor)
    try:
        space.record(supervisor)
        supervisor.order(order)
        report = supervisor.report(_patience(order))
        if report is None or report.ended == "time_limit":
            # It may have been killed or kept from its work by what it stood over.
            sweep(context.marker, [(supervisor.pid, supervisor.start)], moment=0.0)
    finally:
        supervisor.let_go()
        halt.forget(supervisor)
    halt.check()
    if report is None:
        raise InfrastructureError("supervisor_lost", "the stage's supervisor ended without a report")
    return report


def _patience(order: Order) -> float | None:
    limit = order.time_limit_seconds
    return None if limit is None else limit + order.grace_seconds + order.give_up_seconds + MARGIN_SECONDS


def _blame_the_machine(report: Report, launch: Launch) -> None:
    """Raise InfrastructureError for an end that tells nothing of the payload, OSError for a full disk."""
    if report.ended in NOT_HERE:
        raise InfrastructureError(report.ended, report.error or NOT_HERE[report.ended])
    if report.error_number in DISK:
        raise OSError(report.error_number, os.strerror(report.error_number), LOG)
    if report.error is not None:
        raise InfrastructureError("log_lost", report.error)
    if launch.header is not None and report.inside is None:
        raise InfrastructureError(
            "container_failed", f"the container did not start: {last_lines(report.said) or report.ended}"
        )


def ending_of(report: Report, limits: StageLimits) -> Ending:
    """What the end of a payload that ran under these limits means."""
    left = report.left_running
    still = "1 process still ran and was ended" if left == 1 else f"{left} processes still ran and were ended"
    message = still if left else None
    if report.ended in WORDS:
        passed = f": {report.passed}" if report.passed else ""
        ending = Ending("submission", report.ended, WORDS[report.ended].format(limits) + passed)
    elif report.exit_status == 0:
        ending = Ending("none", "ok", message)
    else:
        ending = Ending("submission", "exit_status", message)
    return replace(ending, exit_status=report.exit_status, duration_seconds=report.duration_seconds)
