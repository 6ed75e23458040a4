"""CPU and memory of a score-only import of grade files, against json.load of the same files."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.data_folder import graded_runs, upstream_papers

COPIES = 60


def copies(folder: Path) -> list[Path]:
    """The three graded runs of rice, each as many runs of groups of their own."""
    files = sorted(graded_runs().glob("*/*/*_grader_output_0.json"))
    made = []
    for number in range(COPIES):
        for file in files:
            group = f"2025-05-01T00-00-{number:02}-UTC_run-group_copy-{file.parts[-3][-12:]}"
            target = folder / group / file.parts[-2] / file.name
            target.parent.mkdir(parents=True)
            target.symlink_to(file)
            made.append(target)
    return made


def measure(folder: Path, root: Path, runs: Path) -> dict[str, float]:
    """CPU seconds (user and system) of both ways in this process, and the growth of its peak memory."""
    files = sorted(folder.glob("*/*/*.json"))
    places = ["--root", str(root), "--runs", str(runs)]
    assert main(["import", "grades", str(files[0]), "--run", "warm-up", *places]) == 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    assert main(["import", "grades", str(folder), *places]) == 0
    imported = time.process_time() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    started = time.process_time()
    for file in files:
        with file.open("rb") as stream:
            json.load(stream)
    loaded = time.process_time() - started
    return {
        "import_cpu_s": imported,
        "json_load_cpu_s": loaded,
        "ratio": imported / loaded,
        "peak_growth_mib": grown / 1024,
    }


@pytest.mark.benchmark
def test_import_costs_no_more_than_reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, runs = tmp_path / "root", tmp_path / "runs"
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(root), "rice"]) == 0
    files = copies(tmp_path / "graded")
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.test_import_benchmark",
        str(tmp_path / "graded"),
        str(root),
        str(runs),
    ]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    plan = json.loads((runs / "imported" / "plan.lock").read_text())
    assert len(plan["trials"]) == len(files)
    with capsys.disabled():
        print(
            f"\nimport of {len(files)} grade files: {found['ratio']:.2f} x the CPU of json.load "
            f"({found['import_cpu_s']:.2f} s against {found['json_load_cpu_s']:.2f} s); "
            f"peak memory grew by {found['peak_growth_mib']:.1f} MiB"
        )


if __name__ == "__main__":
    print(json.dumps(measure(*map(Path, sys.argv[1:]))))
