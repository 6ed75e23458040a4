"""What plan tells beforehand: images with their commands, other ways to run a script, and GPUs that lack."""

import json
import shlex
from typing import Any

import pytest

from runner.run_folder import RunFolder
from runner.stages.foreseen import gpu_line
from tests.execution.bench import Bench, limits
from tests.tiny_root import add_run, add_site, write

SHA = "ab" * 32
PREBUILT = {
    "container": "apptainer",
    "network": "none",
    "images": {"reproduce": {"sif": "x.sif", "sha256": SHA}},
}


def need_gpu(bench: Bench) -> None:
    """Have the tiny paper say that it needs one."""
    path = bench.root / "papers/tiny/paper.yaml"
    write(path, json.loads(path.read_text()) | {"needs": {"gpu": True}})


def planned(bench: Bench, **changes: Any) -> str:
    add_run(bench.root, **changes)
    answer = bench.call("plan", "tiny-run")
    assert answer.status == 0, answer.err
    return answer.out


def line(text: str, start: str) -> str:
    (found,) = [line for line in text.splitlines() if line.startswith(start)]
    return found


def test_a_container_shows_its_image_and_its_command(bench: Bench) -> None:
    add_site(bench.root, gpus=["0"])
    out = planned(bench, limits=limits(gpus=1), **PREBUILT)
    assert line(out, "image") == f"image          reproduce: the file x.sif (sha256 {SHA[:12]})"
    words = shlex.split(line(out, "command"))[1:]
    assert words[:3] == ["apptainer", "--quiet", "exec"]
    assert {"--containall", "--nv", "<image>", "type=bind,src=<work>/submission,dst=/submission"} <= set(
        words
    )
    assert words[-2:] == ["bash", "reproduce.sh"]
    assert str(bench.root) not in line(out, "command")
    facts = json.loads(bench.call("plan", "tiny-run", "--json").out)
    assert [(image["stage"], image["sha256"], image["command"]) for image in facts["images"]] == [
        ("reproduce", SHA, words)
    ]


def test_without_a_container_there_is_no_image(bench: Bench) -> None:
    out = planned(bench)
    assert "image " not in out
    assert json.loads(bench.call("plan", "tiny-run", "--json").out)["images"] == []


def test_other_ways_are_told(bench: Bench) -> None:
    ways = [{"python": "3.12"}, {"venv": True}, {"python": "3.11", "venv": True}]
    out = planned(bench, reproduction={"clean": True, "salvage": ways})
    assert line(out, "each is cleaned") == (
        "each is cleaned by git before; while it fails tried again with Python 3.12, then with python3 in a "
        "new virtual environment, then with Python 3.11 in a new virtual environment"
    )


@pytest.mark.parametrize(
    ("site", "gpus", "expected"),
    [
        (
            {},
            0,
            "limits.reproduce.gpus: 1 in the run config and gpus in runner/configs/sites/local.yaml",
        ),
        ({"gpus": ["0"]}, 0, "limits.reproduce.gpus: 1 in the run config"),
        (
            {"gres": "gpu:a100"},
            0,
            "limits.reproduce.gpus: 1 in the run config and gpus in runner/configs/sites/local.yaml",
        ),
        ({"gpus": ["0"]}, 1, None),
    ],
)
def test_a_paper_that_lacks_a_gpu_is_named_with_what_to_write(
    bench: Bench, site: dict[str, Any], gpus: int, expected: str | None
) -> None:
    add_site(bench.root, **site)
    assert "GPU" not in planned(bench, limits=limits(gpus=gpus), id="without")
    need_gpu(bench)
    out = planned(bench, limits=limits(gpus=gpus), id="with")
    if expected is None:
        assert "GPU" not in out
    else:
        assert line(out, "tiny ") == f"tiny needs a GPU and gets none: write {expected}"
    assert json.loads(bench.call("plan", "tiny-run", "--json").out)["needs_gpu"] == ["tiny"]


def test_a_scheduler_is_asked_for_what_the_site_calls_a_gpu(bench: Bench) -> None:
    need_gpu(bench)
    add_run(bench.root)
    assert bench.call("plan", "tiny-run").status == 0
    plan = RunFolder(bench.runs / "tiny-run").plan()
    assert plan.site is not None
    site = plan.site.model_copy(update={"scheduler": "slurm", "gres": "gpu:a100"})
    assert gpu_line(plan.model_copy(update={"site": site})) == (
        "tiny needs a GPU and gets none: write limits.reproduce.gpus: 1 in the run config (the scheduler is "
        "then asked for gpu:a100:1)"
    )


def test_a_run_without_the_gpu_it_needs_says_so(bench: Bench) -> None:
    add_site(bench.root)
    bench.submission_run("echo 42 > answer.txt")
    need_gpu(bench)
    answer = bench.call("run", "tiny-run")
    assert answer.status == 0
    assert line(answer.err, "tiny needs").startswith("tiny needs a GPU and gets none: write")
    assert "GPU" not in bench.call("run", "tiny-run").err


def test_code_dev_needs_no_gpu(bench: Bench) -> None:
    need_gpu(bench)
    assert "GPU" not in planned(bench, protocol="code-dev")


def test_a_plan_names_every_limit(bench: Bench) -> None:
    add_run(bench.root, limits=limits(mem_gib=0.5, processes=20, output_limit_mib=7))
    said = bench.call("plan", "tiny-run").out
    assert "at most 1 min, 7 MiB of output, 0.5 GiB of memory, 20 processes" in said
