"""Runs whose config, judge, paper or outcomes changed between two starts."""

import json
from pathlib import Path

import pytest

from tests.execution.bench import Bench, limits
from tests.fakes.openai_server import answer, fake_openai
from tests.tiny_root import add_run, write


def test_an_edited_config_is_refused_by_its_name_too(bench: Bench) -> None:
    assert bench.call("run", "tiny-run").status == 0
    add_run(bench.root, limits=limits(time_limit_minutes=7))
    told = bench.call("run", "tiny-run")
    assert told.status == 1
    assert "another config" in told.line
    assert bench.call("resume", "tiny-run").status == 0


@pytest.mark.parametrize("name", ["addendum.md", "judge-addendum.md"])
@pytest.mark.parametrize("before", ["Some text.", None])
def test_what_judges_read_is_pinned_though_unlisted(bench: Bench, name: str, before: str | None) -> None:
    path = bench.root / "papers/tiny" / name
    if before is not None:
        path.write_text(before)
    assert bench.call("plan", "tiny-run").status == 0
    path.write_text("All is met.")
    told = bench.call("run", "tiny-run")
    assert told.status == 1
    assert "paper tiny" in told.line


def test_a_judge_is_reached_as_its_config_says_now(bench: Bench) -> None:
    def judge(url: str) -> Path:
        part = {"model": "m", "base_url": url, "max_tries": 1, "timeout_seconds": 5}
        document = {"schema": "judge/v1", "id": "l", "otherwise": "llm", "llm": part}
        return write(bench.root / "runner/configs/judges/l.yaml", document)

    judge("http://127.0.0.1:9/v1")
    add_run(bench.root, judge="l")
    assert bench.call("plan", "tiny-run").status == 0
    with fake_openai(lambda _: answer(1.0)) as server:
        judge(server.url)
        assert bench.call("resume", "tiny-run").status == 0
        assert len(server.requests) == 1


@pytest.mark.parametrize("stage", ["rollout", "reproduce"])
def test_a_missing_outcome_is_made_again_with_all_that_follows(bench: Bench, stage: str) -> None:
    bench.submission_run(f"echo start >> {bench.root}/starts; echo 42 > answer.txt")
    assert bench.call("run", "tiny-run").status == 0
    (verdicts,) = (bench.trial() / "grading").glob("*/verdicts.jsonl")
    old = verdicts.read_text()
    verdicts.write_text(old.replace('"met"', '"unmet"'))
    (bench.trial() / stage / "outcome.json").unlink()
    (told,) = json.loads(bench.call("status", "tiny-run", "--json").out)["trials"]
    assert told["state"] in ("interrupted", "waiting")
    assert bench.call("resume", "tiny-run").status == 0
    assert bench.outcome(stage)["reason"] == "ok"
    assert (bench.root / "starts").read_text() == "start\n" * 2
    assert '"unmet"' not in verdicts.read_text()
    assert bench.call("resume", "tiny-run").status == 0
    assert (bench.root / "starts").read_text() == "start\n" * 2
