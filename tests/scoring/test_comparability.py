"""Which plans' scores are compared: those that differ in nothing that could change a result."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.database.comparability import index_plan
from tests.run_maker import LIMIT, RunMaker, digest
from tests.scoring.trees import branch, leaf

SMALL = branch("root", leaf("x"))
BOTH = ["rollout", "reproduce"]


def conditions(runs: Path, *, images: Any = (), arguments: Any = None, **config: Any) -> str:
    """The conditions of the one trial of a plan with these keys in its config."""
    maker = RunMaker(runs, {"p": SMALL}, protocol=config.get("protocol", "full"))
    run = maker.plan()
    path = run.path / "plan.lock"
    plan = json.loads(path.read_text())
    site = {"schema": "site/v1", "id": "s", "scheduler": "local", "images": {"arguments": arguments or {}}}
    plan |= {"config": plan["config"] | config, "site": site, "images": list(images)}
    path.write_text(json.dumps(plan))
    read = run.plan()
    return index_plan(read).conditions(read.trials[0])


def image(name: str = "reproduce", **digests: str) -> list[dict[str, str]]:
    """The planned images of a run with one."""
    return [{"stage": "reproduce", "image": name, **digests}]


DEFINED = image(definition=digest("a"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"network": "none"}, {"network": {"rollout": "none", "reproduce": "none"}}),
        ({"writable_root": BOTH}, {"writable_root": ["reproduce", *BOTH]}),
        (
            {"protocol": "code-dev"},
            {
                "protocol": "code-dev",
                "reproduction": {"clean": True, "salvage": [{}]},
                "network": {"rollout": "open", "reproduce": "none"},
                "writable_root": ["reproduce"],
                "limits": {"rollout": LIMIT, "reproduce": {"time_limit_minutes": 77.0}},
            },
        ),
        ({"images": DEFINED}, {"images": image("another-name", definition=digest("a"))}),
        (
            {"images": image(sha256=digest("a"))},
            {"images": image(sha256=digest("a")), "arguments": {"cuda": "12.4"}},
        ),
        ({}, {"arguments": {"cuda": "12.4"}}),
    ],
)
def test_what_means_the_same_is_compared(tmp_path: Path, one: Any, other: Any) -> None:
    assert conditions(tmp_path, **one) == conditions(tmp_path, **other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"network": "none"}, {"network": {"rollout": "none", "reproduce": "open"}}),
        ({"writable_root": BOTH}, {"writable_root": ["rollout"]}),
        ({}, {"reproduction": {"clean": True}}),
        ({}, {"limits": {"rollout": LIMIT, "reproduce": {"time_limit_minutes": 77.0}}}),
        ({"images": DEFINED}, {"images": image(definition=digest("b"))}),
        ({"images": image(sha256=digest("a"))}, {"images": image(sha256=digest("b"))}),
        ({"images": DEFINED}, {"images": image(sha256=digest("a"))}),
        ({"images": DEFINED}, {"images": DEFINED, "arguments": {"cuda": "12.4"}}),
    ],
)
def test_what_could_change_a_result_is_not(tmp_path: Path, one: Any, other: Any) -> None:
    assert conditions(tmp_path, **one) != conditions(tmp_path, **other)
