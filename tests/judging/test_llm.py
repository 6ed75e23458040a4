"""The llm judge with the real openai client against a scripted server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runner.judging.resolve import resolve_judge
from tests.fakes.openai_server import FakeOpenAI, Reply, Request, answer, fake_openai
from tests.judging.bench import Bench, bench
from tests.tiny_root import write
from validators.corpus import Corpus

LEAVES = [f"root/l{n}" for n in range(6)]


def odd_leaves(request: Request) -> Reply:
    return answer(int(request.path[-1]) % 2)


def cached_answers(place: Bench) -> list[Path]:
    return sorted((place.root / "runs/.cache/answers").rglob("*.json"))


def test_each_leaf_is_asked_once_and_gets_the_models_score(tmp_path: Path) -> None:
    place = bench(tmp_path)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        assert place.run("one") == 0
    assert place.scores("one") == {path: float(path[-1]) % 2 for path in LEAVES}
    assert Counter(request.path for request in server.requests) == dict.fromkeys(LEAVES, 1)
    outcome = place.outcome("one")
    assert (outcome["failure_class"], outcome["reason"]) == ("none", "ok")
    assert outcome["grading"]["judged"] == outcome["grading"]["calls"] == 6


def test_the_ledger_holds_every_call_with_its_tokens(tmp_path: Path) -> None:
    place = bench(tmp_path)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url, concurrency=1)
        place.run("one")
    ledger = place.lines("one", "ledger")
    assert [line["leaves"] for line in ledger] == [[request.path] for request in server.requests]
    assert all(line["tokens_in"] > 0 and line["tokens_out"] > 0 for line in ledger)
    assert ledger[0]["tokens_cached"] == 0
    # The second leaf of a category shares all but its own message with the first.
    assert ledger[-1]["tokens_cached"] > 0.5 * ledger[-1]["tokens_in"]
    by_id = {line["id"]: line["leaves"][0] for line in ledger}
    assert all([by_id[call] for call in line["calls"]] == [line["path"]] for line in place.lines("one"))
    grading = place.outcome("one")["grading"]
    assert grading["tokens_in"] == sum(line["tokens_in"] for line in ledger)
    assert "cost_usd" not in grading  # nobody wrote a price down


def test_costs_come_from_the_newest_price_list(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=1)
    for date, dollars in (("2026-02-01", 2.0), ("2026-10-01", 4.0), ("2025-01-01", 8.0)):
        price = {"model": "scripted", "input_usd": dollars, "cached_input_usd": 1.0, "output_usd": 10.0}
        write(
            tmp_path / f"runner/configs/prices/{date}.yaml",
            {"schema": "prices/v1", "date": date, "models": [price]},
        )
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        place.run("one")
    (line,) = place.lines("one", "ledger")
    assert line["cost_usd"] == pytest.approx((line["tokens_in"] * 4.0 + line["tokens_out"] * 10.0) / 1e6)


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_calls_at_a_time_than_configured(tmp_path: Path, limit: int) -> None:
    place = bench(tmp_path, leaves=9)
    with fake_openai(lambda _: Reply(content=answer(1).content, delay=0.05)) as server:
        place.llm(server.url, concurrency=limit)
        place.run("one", agents=[{"id": "oracle"}, {"id": "flawed"}])
    assert server.most_at_once == limit


FIRST_FAULTS: dict[str, tuple[Reply, str]] = {
    "root/l0": (Reply(status=500), "server_error"),
    "root/l1": (Reply(drop=True), "connection"),
    "root/l2": (Reply(raw=b'{"choices": [{"mess'), "parse"),
    "root/l3": (Reply(content='{"expectations": "", "reality": "", "score": 0.5}'), "ok"),
    "root/l4": (Reply(content=""), "ok"),
    "root/l5": (Reply(content='{"expectations": "cut o', finish_reason="length"), "ok"),
    "root/l6": (Reply(status=429, headers={"Retry-After": "0"}), "rate_limit"),
    "root/l7": (Reply(content=None, refusal="no"), "ok"),
    "root/l8": (Reply(raw=b"[]"), "parse"),
}


def test_what_goes_wrong_once_is_asked_again(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=9)

    def script(request: Request) -> Reply:
        return FIRST_FAULTS[request.path][0] if request.tries == 1 else answer(1)

    with fake_openai(script) as server:
        place.llm(server.url, concurrency=9)
        assert place.run("one") == 0
    assert place.scores("one") == dict.fromkeys(FIRST_FAULTS, 1.0)
    statuses = {
        line["leaves"][0]: line["status"] for line in place.lines("one", "ledger") if line["tries"] == 1
    }
    assert statuses == {path: status for path, (_, status) in FIRST_FAULTS.items()}
    assert len(server.requests) == len(place.lines("one", "ledger")) == 18


def test_the_whole_judge_waits_as_long_as_the_endpoint_asks(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=3)
    times: list[float] = []

    def script(request: Request) -> Reply:
        times.append(time.monotonic())
        return Reply(status=429, headers={"Retry-After": "2"}) if len(times) == 1 else answer(1)

    with fake_openai(script) as server:
        place.llm(server.url, concurrency=1)
        assert place.run("one") == 0
    assert times[1] - times[0] >= 2.0


LASTING_FAULTS: dict[str, tuple[Reply, str, int]] = {
    "root/l0": (Reply(content="I would say yes."), "parse", 2),
    "root/l1": (Reply(status=400, error_code="context_length_exceeded"), "context_length", 1),
    "root/l2": (Reply(content="", finish_reason="content_filter"), "content_filter", 1),
    "root/l3": (Reply(content=None, refusal="I cannot help with that."), "refused", 2),
    "root/l4": (Reply(status=429, headers={"Retry-After": "0"}), "rate_limit", 2),
    "root/l5": (Reply(content=answer(1).content, delay=1.5), "timeout", 2),
    "root/l6": (Reply(drop=True), "connection", 2),
    "root/l7": (Reply(status=503), "server_error", 2),
    "root/l8": (Reply(status=400, error_message="maximum context length is 10 tokens"), "context_length", 1),
}


def test_what_stays_wrong_is_failed_with_its_reason_and_asked_for_again_later(tmp_path: Path) -> None:
    place, healed = bench(tmp_path, leaves=12), False

    def script(request: Request) -> Reply:
        if healed or request.path not in LASTING_FAULTS:
            return answer(1)
        return LASTING_FAULTS[request.path][0]

    with fake_openai(script) as server:
        place.llm(server.url, concurrency=12, max_tries=2, timeout_seconds=0.7)
        place.run("one")
        failed = {line["path"]: line for line in place.lines("one") if line["verdict"] == "failed"}
        assert {path: line["reason"] for path, line in failed.items()} == {
            path: reason for path, (_, reason, _) in LASTING_FAULTS.items()
        }
        assert all(line["score"] is None for line in failed.values())
        asked = Counter(request.path for request in server.requests)
        assert {path: asked[path] for path in LASTING_FAULTS} == {
            p: n for p, (_, _, n) in LASTING_FAULTS.items()
        }
        outcome = place.outcome("one")
        assert (outcome["failure_class"], outcome["reason"]) == ("judge", "leaves_failed")
        assert (outcome["grading"]["judged"], outcome["grading"]["failed"]) == (3, 9)

        healed = True
        before = len(server.requests)
        assert place.paperbench("judge", "one") == 0
        assert {request.path for request in server.requests[before:]} == set(LASTING_FAULTS)
    assert place.outcome("one")["grading"]["judged"] == 12
    assert len(place.lines("one")) == 12 + len(LASTING_FAULTS)  # nothing was overwritten


def test_an_unchanged_submission_is_judged_again_for_nothing(tmp_path: Path) -> None:
    place = bench(tmp_path)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        place.run("one")
        asked = len(server.requests)
        place.run("two")
        assert len(server.requests) == asked
    assert place.scores("two") == place.scores("one")
    assert place.lines("two", "ledger") == []
    assert place.outcome("two")["grading"]["calls"] == 0


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": "other", "content": "x"}', None])
def test_a_lost_or_damaged_cache_costs_calls_and_no_score(tmp_path: Path, damage: bytes | None) -> None:
    place = bench(tmp_path)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        place.run("one")
        assert len(cached_answers(place)) == 6
        for path in cached_answers(place):
            path.unlink() if damage is None else path.write_bytes(damage)
        asked = len(server.requests)
        place.run("two")
        assert len(server.requests) == 2 * asked
    assert place.scores("two") == place.scores("one")


def test_an_answer_of_one_endpoint_is_not_taken_for_that_of_another(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=1)
    with fake_openai(lambda _: answer(1)) as one, fake_openai(lambda _: answer(0)) as other:
        place.llm(one.url)
        place.run("one")
        place.llm(other.url)
        place.run("two")
        assert (len(one.requests), len(other.requests)) == (1, 1)
    assert place.scores("one") == {"root/l0": 1.0}
    assert place.scores("two") == {"root/l0": 0.0}
    assert place.grading("one").name == place.grading("two").name


def test_a_cached_answer_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=1)
    with fake_openai(lambda _: answer(1)) as server:
        place.llm(server.url)
        place.run("one")
        (kept,) = cached_answers(place)
        kept.write_text(json.dumps(json.loads(kept.read_text()) | {"content": '{"score": 7}'}))
        place.run("two")
        assert len(server.requests) == 2
    assert place.scores("two") == {"root/l0": 1.0}


def start_judging(place: Bench, server: FakeOpenAI, calls: int) -> subprocess.Popen[bytes]:
    """A judge in a process of its own, left alone until the server has seen that many calls."""
    command = [sys.executable, "-m", "runner", "judge", "one", "--judge", "llm", "--root", str(place.root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(server.requests) < calls and time.monotonic() < until:
        time.sleep(0.005)
    return process


@pytest.mark.parametrize("calls", [5, 17, 38])
def test_after_kill_9_only_the_calls_under_way_are_made_again(tmp_path: Path, calls: int) -> None:
    leaves, concurrency = 40, 4
    place = bench(tmp_path, leaves=leaves)
    with fake_openai(lambda _: Reply(content=answer(1).content, delay=0.03)) as server:
        place.llm(server.url, concurrency=concurrency)
        place.run("one", judge="constant")
        process = start_judging(place, server, calls)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for path in cached_answers(place):  # the verdicts alone must be enough
            path.unlink()
        assert place.paperbench("judge", "one", "--judge", "llm") == 0
        asked = Counter(request.path for request in server.requests)
    assert len(asked) == leaves
    assert sum(asked.values()) <= leaves + 2 * concurrency
    verdicts = [line for line in place.lines("one", judge="llm") if line["verdict"] != "failed"]
    assert sorted(line["path"] for line in verdicts) == sorted(asked)


def test_judging_stops_when_another_process_takes_the_run_over(tmp_path: Path) -> None:
    place, command = bench(tmp_path, leaves=60), ["judge", "one", "--judge", "llm", "--root", str(tmp_path)]
    with fake_openai(lambda _: Reply(content=answer(1).content, delay=0.5)) as server:
        place.llm(server.url, concurrency=1)
        place.run("one", judge="constant")
        with subprocess.Popen([sys.executable, "-m", "runner", *command], stderr=subprocess.PIPE) as process:
            while not server.requests:
                time.sleep(0.01)
            lease = tmp_path / "runs/one/lease.json"
            (tmp_path / "other").write_bytes(lease.read_bytes())
            (tmp_path / "other").replace(lease)
            _, error = process.communicate(timeout=60)
        assert process.returncode == 1
        assert len(server.requests) < 60
    assert error.count(b"\n") == 1
    assert b"taken this run over" in error
    assert lease.exists()  # it is the other's
    (folder,) = [f for f in (place.trial("one") / "grading").iterdir() if (f / "ledger.jsonl").read_bytes()]
    assert not (folder / "outcome.json").exists()


def test_repeats_are_asked_for_and_kept_one_by_one(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=3)
    with fake_openai(lambda request: answer(request.tries % 2)) as server:
        place.judge(
            "llm",
            otherwise="llm",
            repeats=3,
            llm={"model": "m", "base_url": server.url, "seed": 7, "concurrency": 1},
        )
        assert place.run("one") == 0
    found = {(line["path"], line["repeat"]): line["score"] for line in place.lines("one")}
    assert found == {(f"root/l{n}", repeat): float(repeat % 2 == 0) for n in range(3) for repeat in range(3)}
    assert {request.body["seed"] for request in server.requests} == {7, 8, 9}


def test_another_prompt_adds_verdicts_beside_the_old_ones(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=2)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        place.run("one")
        first = place.grading("one")
        kept = {path.name: path.read_bytes() for path in first.iterdir()}
        shipped = Path(__file__).parents[2] / "runner/prompts/judge-v1.md"
        write(tmp_path / "runner/prompts/mine.md", shipped.read_text().replace("You grade", "You judge"))
        place.llm(server.url, name="mine", prompt="mine")
        assert place.paperbench("judge", "one", "--judge", "mine") == 0
        assert len(server.requests) == 4
    assert {path.name: path.read_bytes() for path in first.iterdir()} == kept
    assert place.grading("one", judge="mine") != first


@pytest.mark.parametrize(
    ("budget", "calls"), [({"calls": 3}, 3), ({"tokens": 1}, 0), ({"calls": 6, "tokens": 10**9}, 6)]
)
def test_judging_stops_before_the_budget_is_passed(
    tmp_path: Path, budget: dict[str, int], calls: int
) -> None:
    place = bench(tmp_path)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url)
        place.run("one", budget=budget)
        assert len(server.requests) == calls
        place.paperbench("judge", "one")
        assert len(server.requests) == calls  # what was spent before counts
    outcome = place.outcome("one")
    assert len(place.lines("one")) == outcome["grading"]["judged"] == calls
    assert (outcome["failure_class"], outcome["reason"]) == (
        ("judge", "budget") if calls < 6 else ("none", "ok")
    )


def test_a_budget_in_tokens_is_not_passed_even_with_many_calls_at_a_time(tmp_path: Path) -> None:
    place, budget = bench(tmp_path, leaves=40), 20_000
    with fake_openai(lambda _: answer(1)) as server:
        place.llm(server.url, concurrency=8, max_output_tokens=500)
        place.run("one", budget={"tokens": budget})
    grading = place.outcome("one")["grading"]
    assert 0.5 * budget < grading["tokens_in"] + grading["tokens_out"] <= budget
    assert len(place.lines("one")) == len(server.requests) < 40


def test_a_call_whose_answer_was_lost_counts_in_full_also_later(tmp_path: Path) -> None:
    place, budget = bench(tmp_path, leaves=12), 20_000
    with fake_openai(lambda _: Reply(drop=True)) as server:
        place.llm(server.url, concurrency=1, max_tries=1, max_output_tokens=4000)
        place.run("one", budget={"tokens": budget})
        asked = len(server.requests)
        assert 0 < asked <= budget // 4000
        place.paperbench("judge", "one")
        assert len(server.requests) == asked  # what was lost before counts
    ledger = place.lines("one", "ledger")
    assert {(line["status"], line["tokens_in"]) for line in ledger} == {("connection", 0)}
    assert all(line["aside_tokens"] > 4000 for line in ledger)
    assert place.outcome("one")["reason"] == "budget"


def test_without_key_and_endpoint_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    place = bench(tmp_path)
    place.llm(None, api_key_env="NO_SUCH_KEY")
    assert place.run("one") == 1
    error = capsys.readouterr().err
    assert "NO_SUCH_KEY" in error
    assert not (place.trial("one") / "rollout").exists()


def test_the_key_is_sent_and_never_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret-0123")
    place = bench(tmp_path, leaves=1)
    with fake_openai(odd_leaves) as server:
        place.llm(server.url, api_key_env="MY_KEY")
        place.run("one")
    assert server.requests[0].headers["authorization"] == "Bearer sk-very-secret-0123"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if b"sk-very-secret" in path.read_bytes()]


@pytest.mark.parametrize("status", [401, 404])
def test_what_every_call_would_meet_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    place = bench(tmp_path, leaves=30)
    with fake_openai(lambda _: Reply(status=status)) as server:
        place.llm(server.url, concurrency=2)
        place.run("one", judge="constant")
        capsys.readouterr()
        assert place.paperbench("judge", "one", "--judge", "llm") == 1
        assert len(server.requests) <= 4
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(status) in error


def test_calls_made_before_the_endpoint_refused_are_in_the_ledger(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=2)

    def script(request: Request) -> Reply:
        return Reply(content="I would say yes.") if request.number == 1 else Reply(status=404)

    with fake_openai(script) as server:
        place.llm(server.url, concurrency=1)
        assert place.run("one") == 1
        assert len(server.requests) == 2
    (folder,) = (place.trial("one") / "grading").iterdir()
    ledger = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    assert [line["status"] for line in ledger] == ["ok", "refused_by_endpoint"]
    assert ledger[0]["tokens_in"] > 0
    assert (folder / "verdicts.jsonl").read_text() == ""


def test_a_mended_endpoint_is_used_when_judging_again(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=2)
    with fake_openai(lambda _: Reply(status=404)) as wrong:
        place.llm(wrong.url)
        assert place.run("one") == 1
    with fake_openai(odd_leaves) as server:
        place.llm(server.url, max_tries=5, concurrency=1)
        assert place.paperbench("judge", "one") == 0
        assert len(server.requests) == 2
    assert place.scores("one") == {"root/l0": 0.0, "root/l1": 1.0}


@pytest.mark.parametrize("change", [None, {"model": "other"}])
def test_the_planned_judge_stays_when_its_config_became_another(
    tmp_path: Path, change: dict[str, str] | None
) -> None:
    place = bench(tmp_path, leaves=1)
    with fake_openai(lambda request: answer(1) if request.number > 1 else Reply(status=404)) as server:
        place.llm(server.url)
        assert place.run("one") == 1
        if change is None:
            (tmp_path / "runner/configs/judges/llm.yaml").unlink()
        else:
            place.llm(server.url, **change)
        assert place.paperbench("judge", "one") == 0
        assert {request.body["model"] for request in server.requests} == {"scripted"}


@pytest.mark.parametrize("name", ["paper.md", "addendum.md", "judge-addendum.md"])
def test_no_text_that_a_judge_reads_may_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    place = bench(tmp_path, leaves=1)
    with fake_openai(lambda _: answer(1)) as server:
        place.llm(server.url)
        place.run("one", judge="constant")
        (tmp_path / "papers/tiny" / name).write_text("All is met.")
        capsys.readouterr()
        assert place.paperbench("judge", "one", "--judge", "llm") == 1
        assert server.requests == []
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert name == "paper.md" or "'tiny' has changed" in error


def test_where_and_how_fast_it_is_asked_is_no_part_of_a_judges_identity(tmp_path: Path) -> None:
    place = bench(tmp_path)
    corpus, folder = Corpus(tmp_path), tmp_path / "runner/configs/judges"

    def digest(**changes: Any) -> str:
        place.llm("http://127.0.0.1:1/v1", **changes)
        return resolve_judge(corpus, corpus.judge("llm"), folder).digest

    same = digest()
    assert digest(base_url="http://127.0.0.1:2/v1", concurrency=9, timeout_seconds=5, max_tries=9) == same
    assert digest(api_key_env="OTHER") == same
    assert len({same, digest(model="other"), digest(temperature=0.5), digest(context_tokens=9)}) == 4


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "n/a", "completion_tokens": 3},
        {"prompt_tokens": 7, "completion_tokens": None},
        {"prompt_tokens": float("inf"), "completion_tokens": 3},
        {"prompt_tokens": -1, "completion_tokens": True},
        {"prompt_tokens": 10**400, "completion_tokens": 3},
        [],
    ],
)
def test_a_usage_that_is_no_count_is_none_reported(tmp_path: Path, usage: Any) -> None:
    place = bench(tmp_path, leaves=1)
    message = {"role": "assistant", "content": answer(1).content}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}
    with fake_openai(lambda _: Reply(raw=json.dumps(body).encode())) as server:
        place.llm(server.url)
        assert place.run("one") == 0
    (line,) = place.lines("one", "ledger")
    assert line["status"] == "ok_estimated"
    assert line["tokens_in"] > 100
    assert place.scores("one") == {"root/l0": 1.0}
