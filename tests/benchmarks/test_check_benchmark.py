"""What `paperbench check` takes, as whole cold processes, against a cold json.load of the same rubrics.

Upstream's own load of the 23 rubrics (imports, JSON, tree) takes 1 / 0.07 times as long as that json.load; of
rice alone 1 / 0.034 (measured once; see docs/performance.md). The goals are told in its terms.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.cli import main
from tests.data_folder import upstream_papers
from validators.examine import examine
from validators.roots import DataRoot

ROUNDS = 15
CORPUS, RICE = 0.07, 0.034
LOAD = "import json, sys\nfor path in sys.argv[1:]: json.load(open(path, encoding='utf-8'))"


def wall(argv: Sequence[str]) -> float:
    """Seconds of one whole process."""
    # As installed: with the compiled modules that Python keeps.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    return time.perf_counter() - begin


def ratio(command: Sequence[str], yardstick: Sequence[str]) -> tuple[float, float, float]:
    """How many times the yardstick's time a command takes (median of pairs), and both in milliseconds."""
    pairs = [(wall(command), wall(yardstick)) for _ in range(ROUNDS + 1)][1:]
    ours, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    return statistics.median(one / other for one, other in pairs), ours, theirs


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upstream")
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(folder)]) == 0
    return folder


def examination(root: Path, name: str, *, placed: bool) -> float:
    """Seconds of processor time of examining one file, the least of several."""
    path, times = root / "rubrics" / f"{name}.yaml", []
    for _ in range(5):
        begin = time.process_time()
        examine(path, name, DataRoot(root), place_warnings=placed)
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.benchmark
def test_check(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubrics = sorted(str(path) for path in upstream_papers().glob("papers/*/rubric.json"))
    rice = [path for path in rubrics if "/rice/" in path]
    check = [str(Path(sys.executable).with_name("paperbench")), "check"]
    load_all, load_rice = [sys.executable, "-c", LOAD, *rubrics], [sys.executable, "-c", LOAD, *rice]
    whole = [*check, "--root", str(root)]
    rows = [
        ("the whole corpus, cold", ratio([*whole, "--no-cache"], load_all), CORPUS, 0.3),
        ("the same, nothing changed", ratio(whole, load_all), CORPUS, 0.08),
        ("rice alone, cold", ratio([*check, str(root / "rubrics/rice.yaml")], load_rice), RICE, 0.2),
    ]
    slower = {
        name: examination(root, name, placed=True) / examination(root, name, placed=False)
        for name in ("rice", "pinn")
    }
    with capsys.disabled():
        print(f"\npaperbench check, {len(rubrics)} rubrics of upstream; a cold json.load of them = 1:")
        for name, (times, ours, theirs), share, goal in rows:
            print(
                f"  {name}: {times:.2f} x ({ours:.0f} ms against {theirs:.0f} ms), "
                f"{times * share:.3f} of upstream's load (goal: {goal})"
            )
        for name, times in slower.items():
            print(f"  {name} with the place of every finding: {times:.1f} x without (goal: 10)")
