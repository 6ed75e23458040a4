"""Planning: what plan.lock holds, and what is refused in one line, leaving nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.execution.bench import CHECKOUT, Bench, limits
from tests.tiny_root import add_agent, add_paper, add_run, add_site, add_submission


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")} if folder.exists() else set()


def test_plan_holds_digests_and_trials(bench: Bench) -> None:
    add_run(bench.root, agents=("oracle", "noop"), attempts=2)
    assert bench.call("plan", "tiny-run").status == 0
    plan = json.loads((bench.runs / "tiny-run" / "plan.lock").read_bytes())
    assert [trial["id"] for trial in plan["trials"]] == [
        "tiny/oracle/1", "tiny/oracle/2", "tiny/noop/1", "tiny/noop/2",
    ]  # fmt: skip
    assert plan["trials"][0]["submission"] == "papers/tiny/submissions/oracle"
    assert plan["trials"][2]["submission"] is None
    (paper,) = plan["papers"]
    assert (bench.runs / "tiny-run" / "rubrics" / f"{paper['rubric']}.json").is_file()


def test_each_rubric_is_read_once(bench: Bench) -> None:
    # So that its status and its digest are of one state, whoever saves it meanwhile.
    add_paper(bench.root, "second")
    add_run(bench.root, papers=["tiny", "second"], agents=("noop",))
    code = """
import sys
from runner.cli import main
opened = []
sys.addaudithook(lambda event, words: event == "open" and opened.append(str(words[0])))
status = main(sys.argv[1:])
print(*sorted(path for path in opened if "/rubrics/" in path and path.endswith(".yaml")), sep="\\n")
sys.exit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "plan", "tiny-run", "--root", str(bench.root)],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    read = [Path(line).name for line in done.stdout.splitlines() if line.endswith(".yaml")]
    assert read == ["second.yaml", "tiny.yaml"]


def test_planning_twice_is_the_same_run(bench: Bench) -> None:
    bench.call("plan", "tiny-run")
    path = bench.runs / "tiny-run" / "plan.lock"
    before = path.read_bytes()
    assert bench.call("plan", str(bench.root / "runner/configs/tiny-run.yaml")).status == 0
    assert path.read_bytes() == before


def test_another_plan_of_the_same_name_is_refused(bench: Bench) -> None:
    config = str(add_run(bench.root))
    assert bench.call("run", config).status == 0
    add_run(bench.root, attempts=2)
    for verb in ("plan", "run"):
        answer = bench.call(verb, config)
        assert answer.status == 1
        assert "--name" in answer.line
    assert bench.call("plan", config, "--name", "second").status == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"papers": ["tinny"]}, ["unknown paper 'tinny'", "did you mean 'tiny'"]),
        ({"agents": [{"id": "oracel"}]}, ["unknown agent 'oracel'", "'oracle'"]),
        ({"judge": "constnat"}, ["unknown judge 'constnat'", "'constant'"]),
        ({"site": "mars"}, ["unknown site 'mars'", "local"]),
        ({"papers": None, "split": "everything"}, ["unknown split 'everything'", "all"]),
        ({"split": "all"}, ["exactly one"]),
        ({"container": "apptainer", "network": "proxy"}, ["no network 'proxy'", "none or open"]),
        ({"network": "none"}, ["network: open"]),
        ({"limits": limits(gpus=1)}, ["1 GPUs", "'local' has 0"]),
        ({"agents": [{"id": "oracle"}, {"id": "oracle"}]}, ["twice"]),
        ({"agents": [{"id": "oracle", "papers": ["other"]}]}, ["unknown paper 'other'"]),
    ],
)
def test_refused_in_one_line_without_a_trace(bench: Bench, changes: dict[str, Any], words: list[str]) -> None:
    changes = {"papers": ["tiny"]} | changes
    add_run(bench.root, **{key: value for key, value in changes.items() if value is not None})
    if changes["papers"] is None:
        document = json.loads((bench.root / "runner/configs/tiny-run.yaml").read_text())
        del document["papers"]
        add_run(bench.root).write_text(json.dumps(document))
    for verb in ("plan", "run"):
        answer = bench.call(verb, "tiny-run")
        assert answer.status == 1
        for word in words:
            assert word in answer.line
    assert everything(bench.runs) == set()


def test_unknown_config_and_unknown_run(bench: Bench) -> None:
    assert "did you mean 'tiny-run'" in bench.call("run", "tiny-runn").line
    assert "no run 'nowhere'" in bench.call("resume", "nowhere").line
    assert "no run 'nowhere'" in bench.call("status", "nowhere").line


def test_slurm_site_is_refused(bench: Bench) -> None:
    add_site(bench.root, "cluster", scheduler="slurm")
    add_run(bench.root, site="cluster")
    assert "not available in this version" in bench.call("run", "tiny-run").line


def test_submissions_that_are_missing_or_hold_the_runs(bench: Bench) -> None:
    folder = bench.submission_run("true", attempts=2)
    assert "attempt 2 needs one more" in bench.call("plan", "tiny-run").line
    add_agent(bench.root, "agent-tiny-run", "submission", {"tiny": [str(folder), str(folder / "nothing")]})
    assert "which is not there" in bench.call("plan", "tiny-run").line
    add_agent(bench.root, "agent-tiny-run", "submission", {"tiny": [str(folder), str(bench.root)]})
    assert "contains the runs folder" in bench.call("plan", "tiny-run").line
    assert everything(bench.runs) == set()


def test_relative_submissions_start_from_the_agents_file(bench: Bench) -> None:
    add_submission(bench.root / "runner/configs/agents/mine")
    add_agent(bench.root, "me", "submission", {"tiny": ["mine"]})
    add_run(bench.root, agents=("me",))
    assert bench.call("run", "tiny-run").status == 0


def test_pinned_files_are_held_to_their_digests(bench: Bench) -> None:
    text = bench.root / "papers/tiny/paper.md"
    text.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n")
    assert "git lfs pull" in bench.call("plan", "tiny-run").line
    text.write_text("other words")
    assert "sha256" in bench.call("plan", "tiny-run").line
    text.unlink()
    assert "is missing" in bench.call("plan", "tiny-run").line


def test_broken_yaml_has_its_place(bench: Bench) -> None:
    path = add_run(bench.root)
    path.write_text("schema: run/v1\nid: [x\n")
    answer = bench.call("run", str(path))
    assert answer.status == 1
    assert f"{path}:" in answer.line


@pytest.mark.parametrize(
    ("path", "old", "new", "name"),
    [
        ("rubrics/tiny.yaml", "It runs.", "It runs fast.", "rubric tiny"),
        ("papers/tiny/blacklist.yaml", '"revision": 1', '"revision": 2', "blacklist tiny"),
        ("papers/tiny/paper.yaml", '"revision": 1', '"revision": 2', "paper tiny"),
        ("runner/configs/agents/oracle.yaml", "{", '{"label": "x",', "agent oracle"),
        ("runner/configs/judges/constant.yaml", '"score": 1', '"score": 0.5', "judge constant"),
        (
            "papers/tiny/submissions/oracle/main.txt",
            "code",
            "edited",
            "submission papers/tiny/submissions/oracle",
        ),
    ],
)
def test_drift_is_named_and_refused(bench: Bench, path: str, old: str, new: str, name: str) -> None:
    bench.call("plan", "tiny-run")
    before = everything(bench.runs)
    place = bench.root / path
    text = place.read_text()
    place.write_text(text.replace(old, new, 1))
    assert place.read_text() != text
    for verb in ("run", "resume"):
        answer = bench.call(verb, "tiny-run")
        assert answer.status == 1
        assert name in answer.line
    assert everything(bench.runs) == before


def test_changed_limits_do_not_touch_a_planned_run(bench: Bench) -> None:
    bench.call("plan", "tiny-run")
    add_run(bench.root, limits=limits(time_limit_minutes=5))
    assert bench.call("resume", "tiny-run").status == 0


def test_a_moved_data_root_is_no_drift(bench: Bench) -> None:
    bench.call("plan", "tiny-run")
    moved = bench.root.with_name("moved")
    bench.root.rename(moved)
    assert Bench(moved, bench.capsys).call("resume", "tiny-run").status == 0


def test_runs_folder_that_is_a_file(bench: Bench) -> None:
    (bench.root / "runs").write_text("x")
    assert "runs" in bench.call("run", "tiny-run").line


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_unwritable_runs_folder(bench: Bench) -> None:
    bench.runs.mkdir()
    bench.runs.chmod(0o500)
    answer = bench.call("run", "tiny-run")
    bench.runs.chmod(0o700)
    assert answer.status == 1
    assert "runs" in answer.line
    assert everything(bench.runs) == set()


def test_a_run_of_a_paper_without_rubric(bench: Bench) -> None:
    add_paper(bench.root, "second")
    (bench.root / "rubrics/second.yaml").unlink()
    add_run(bench.root, papers=["second"])
    assert "has no rubric" in bench.call("plan", "tiny-run").line
