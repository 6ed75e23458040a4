"""What a stage runs on, and in: recorded by the runner before it starts anything."""

import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from runner.apptainer import version
from runner.containers import Image
from runner.durable import clear_torn, write_atomic
from runner.errors import PaperbenchError
from runner.processes import output_of
from runner.run_folder import RunFolder
from runner.stages.context import StageContext
from runner.stages.gpu_facts import gpu_facts
from validators.models.records import Environment

IMAGES = "images"
SHORT = 12
KIB_A_GIB = 1 << 20


def environment(context: StageContext, gpus: tuple[str, ...]) -> Environment:
    """The facts of this machine, of the GPUs that the stage was given, and of its image."""
    within = context.within
    image = within.images.get(context.payload_stage)
    return Environment(
        kernel=os.uname().release,
        cpu=_first("/proc/cpuinfo", r"model name\s*:\s*(\S.*)"),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=_memory_gib(),
        gpus=gpu_facts(within.gpu_vendor, gpus),
        python=_python() if image is None else None,
        apptainer=None if image is None else _apptainer(),
        image=None if image is None else image.name,
        packages=None if image is None else _packages(within.run, image),
    )


def keep_packages(run: RunFolder, images: Iterable[Image]) -> None:
    """Copy what is known of the images' packages into the run's folder, once; only for its one writer."""
    for image in images:
        packages = image.packages
        if packages is not None:
            path = run.path / _packages_name(image)
            path.parent.mkdir(exist_ok=True)
            clear_torn(path.parent)
            write_atomic(path, packages.encode())


def _packages_name(image: Image) -> str:
    return f"{IMAGES}/{image.sha256[:SHORT]}.packages.txt"


def _packages(run: RunFolder, image: Image) -> str | None:
    name = _packages_name(image)
    return name if (run.path / name).is_file() else None


@cache
def _first(path: str, pattern: str) -> str | None:
    """The first such text of a file of the kernel's."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(pattern, text)
    return found[1].strip() if found else None


def _memory_gib() -> float | None:
    total = _first("/proc/meminfo", r"MemTotal:\s*(\d+) kB")
    return round(int(total) / KIB_A_GIB, 1) if total else None


@cache
def _python() -> str | None:
    """The version of the python3 that a payload without a container finds."""
    said = output_of(["python3", "--version"])
    return said.removeprefix("Python ") if said else None


@cache
def _apptainer() -> str | None:
    try:
        return version(os.environ)
    except PaperbenchError:
        return None
