"""Checks, recorded answers, a constant, a coin, and the rules that need no judge."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.judging.backends.random import coin
from runner.judging.llm.answer import parse_answer
from tests.fakes.openai_server import answer, fake_openai
from tests.judging.bench import Bench, bench
from tests.tiny_root import write
from validators.corpus import Corpus, rubric_tree
from validators.digest import leaf_digests


def recorded(place: Bench, scores: dict[str, Any], **more: Any) -> None:
    """A replay judge with these answers beside its config."""
    leaves = leaf_digests(rubric_tree(Corpus(place.root).rubric("tiny")))
    lines = [
        {"schema": "answer/v1", "paper": "tiny", "path": path, "leaf": leaves[path], "score": score} | more
        for path, score in scores.items()
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    write(place.root / "runner/configs/judges/replay.answers.jsonl", text)
    place.judge("replay", otherwise="replay", replay={"answers": "replay.answers.jsonl"})


def test_recorded_answers_decide_and_missing_ones_fail(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=4)
    recorded(place, {"root/l0": 1, "root/l1": 0, "root/l2": 0.25})
    place.run("one", judge="replay")
    found = {
        line["path"]: (line["verdict"], line["score"], line.get("reason")) for line in place.lines("one")
    }
    assert found == {
        "root/l0": ("met", 1.0, None),
        "root/l1": ("unmet", 0.0, None),
        "root/l2": ("score", 0.25, None),
        "root/l3": ("failed", None, "no_answer"),
    }
    assert place.outcome("one")["reason"] == "leaves_failed"


def test_an_answer_for_another_submission_is_not_used(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=2)
    recorded(place, {"root/l0": 1, "root/l1": 1}, submission="0" * 64)
    place.run("one", judge="replay")
    assert set(place.scores("one").values()) == {None}


def test_an_answer_for_this_submission_is_used(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=2)
    place.run("zero", judge="constant")
    digest = json.loads((place.trial("zero") / "rollout/outcome.json").read_text())["submission"]
    recorded(place, {"root/l0": 1, "root/l1": 0}, submission=digest)
    place.run("one", judge="replay")
    assert place.scores("one") == {"root/l0": 1.0, "root/l1": 0.0}


@pytest.mark.parametrize("line", ["{", '{"schema": "answer/v1"}', '{"score": NaN}', "[1]"])
def test_a_broken_line_of_answers_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    place = bench(tmp_path, leaves=1)
    recorded(place, {"root/l0": 1})
    file = tmp_path / "runner/configs/judges/replay.answers.jsonl"
    file.write_text(file.read_text() + line + "\n")
    assert place.run("one", judge="replay") == 1
    error = capsys.readouterr().err
    assert "replay.answers.jsonl:2:" in error
    assert "Traceback" not in error


def test_answers_that_changed_since_the_plan_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = bench(tmp_path, leaves=2)
    recorded(place, {"root/l0": 1})
    place.run("one", judge="replay")
    recorded(place, {"root/l0": 0, "root/l1": 1})
    before = place.lines("one")
    assert place.paperbench("judge", "one") == 1
    assert "has changed since" in capsys.readouterr().err
    assert place.lines("one") == before


def test_one_judge_decides_each_leaf_and_checks_come_first(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=6)
    rubric = json.loads((tmp_path / "rubrics/tiny.yaml").read_text())
    checks = [
        {"kind": "file_exists", "glob": "nothing.*"},
        {"kind": "exit_status", "equals": 0},
        {"kind": "value", "file": "answer.json", "pointer": "/a~1b/0", "equals": 42, "reason": "exact"},
        {"kind": "file_exists", "glob": "answer.json"},  # code is judged as it was handed in
    ]
    for child, check in zip(rubric["criterion"]["children"], checks, strict=False):
        child["check"] = check
    write(tmp_path / "rubrics/tiny.yaml", rubric)
    for name in ("oracle", "flawed"):
        script = tmp_path / f"papers/tiny/submissions/{name}/reproduce.sh"
        script.write_text("""echo '{"a/b": [42.0]}' > answer.json\n""")
    place.judge("coin", otherwise="random", random={"seed": 3})
    place.run("one", judge="coin")
    found = {line["path"]: line for line in place.lines("one")}
    assert [found[f"root/l{n}"]["by"] for n in range(6)] == ["check"] * 4 + ["random"] * 2
    assert [found[f"root/l{n}"]["score"] for n in range(4)] == [0.0, 1.0, 1.0, 0.0]
    assert found["root/l2"]["evidence_origin"] == "made"
    assert len(found["root/l2"]["evidence"]) == 1
    place.judge("blind", checks=False, otherwise="constant", constant={"score": 0.5})
    place.paperbench("judge", "one", "--judge", "blind")
    assert set(place.scores("one", judge="blind").values()) == {0.5}


def test_a_check_on_results_does_not_see_what_was_there_before(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=3)
    rubric = json.loads((tmp_path / "rubrics/tiny.yaml").read_text())
    rubric["criterion"]["children"][2]["check"] = {"kind": "file_exists", "glob": "main.txt"}
    write(tmp_path / "rubrics/tiny.yaml", rubric)
    place.run("one", judge="constant")
    (line,) = [line for line in place.lines("one") if line["path"] == "root/l2"]
    assert (line["path"], line["verdict"], line["evidence_origin"]) == ("root/l2", "unmet", "none")


def test_without_reproduce_sh_only_code_is_judged(tmp_path: Path) -> None:
    place = bench(tmp_path, leaves=6, reproduce=None)
    with fake_openai(lambda _: answer(1)) as server:
        place.llm(server.url)
        assert place.run("one") == 0
    assert sorted(request.path for request in server.requests) == ["root/l0", "root/l3"]
    for line in place.lines("one"):
        code = line["path"] in {"root/l0", "root/l3"}
        assert (line["verdict"], line["by"]) == (("met", "llm") if code else ("unmet", "rule"))
        assert line.get("reason") == (None if code else "not_reproduced")


def test_without_a_submission_nobody_is_asked(tmp_path: Path) -> None:
    place = bench(tmp_path)
    with fake_openai(lambda _: answer(1)) as server:
        place.llm(server.url)
        place.run("one", agents=[{"id": "noop"}])
    assert server.requests == []
    assert place.outcome("one", agent="noop")["reason"] == "no_submission"
    assert place.lines("one", agent="noop") == []


def test_code_dev_judges_code_only_on_what_was_handed_in(tmp_path: Path) -> None:
    place = bench(tmp_path)
    place.run("one", judge="constant", protocol="code-dev")
    assert place.scores("one") == {"root/l0": 1.0, "root/l3": 1.0}
    assert place.outcome("one")["grading"]["leaves"] == 2


def test_judging_again_changes_nothing_when_nothing_is_open(tmp_path: Path) -> None:
    place = bench(tmp_path)
    place.run("one", judge="constant")
    before = {path.name: path.read_bytes() for path in place.grading("one").iterdir()}
    assert place.paperbench("judge", "one") == 0
    assert {path.name: path.read_bytes() for path in place.grading("one").iterdir()} == before


def test_a_torn_last_verdict_is_judged_again(tmp_path: Path) -> None:
    place = bench(tmp_path)
    place.run("one", judge="constant")
    file = place.grading("one") / "verdicts.jsonl"
    file.write_bytes(file.read_bytes()[:-30])
    assert place.paperbench("judge", "one") == 0
    lines = [line for line in file.read_text().splitlines() if line.endswith("}")]
    assert sorted(json.loads(line)["path"] for line in lines) == [f"root/l{n}" for n in range(6)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no run 'nowhere'"),
        (["one", "--judge", "nobody"], "no judge 'nobody'"),
        (["one", "--trial", "tiny/none/1"], "no trial 'tiny/none/1'"),
    ],
)
def test_what_does_not_exist_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    place = bench(tmp_path)
    place.run("one", judge="constant")
    capsys.readouterr()
    assert place.paperbench("judge", *arguments) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_one_trial_alone_can_be_judged(tmp_path: Path) -> None:
    place = bench(tmp_path)
    place.run("one", judge="constant", agents=[{"id": "oracle"}, {"id": "flawed"}])
    place.judge("half", otherwise="constant", constant={"score": 0.5})
    assert place.paperbench("judge", "one", "--judge", "half", "--trial", "tiny/flawed/1") == 0
    assert len(list((place.trial("one", "flawed") / "grading").iterdir())) == 2
    assert len(list((place.trial("one", "oracle") / "grading").iterdir())) == 1


@given(st.integers(0, 2**32), st.text(), st.text(), st.integers(0, 9))
def test_a_coin_falls_the_same_way_every_time(seed: int, trial: str, path: str, repeat: int) -> None:
    assert coin(seed, trial, path, repeat) == coin(seed, trial, path, repeat)
    assert coin(seed, trial, path, repeat) in {0.0, 1.0}


def test_coins_are_fair_and_depend_on_all_they_are_tossed_with() -> None:
    tosses = [coin(1, "t", f"p{n}", 0) for n in range(1000)]
    assert 450 < sum(tosses) < 550
    for other in ((2, "t", 0), (1, "u", 0), (1, "t", 1)):
        again = [coin(other[0], other[1], f"p{n}", other[2]) for n in range(1000)]
        assert 400 < sum(map(float.__eq__, tosses, again)) < 600


@given(st.text())
def test_no_text_breaks_the_reading_of_answers(text: str) -> None:
    assert parse_answer(text) is None or parse_answer(text)


@given(st.text(), st.text(), st.sampled_from([0, 1]))
def test_a_well_formed_answer_is_read_as_it_is(expectations: str, reality: str, score: int) -> None:
    text = json.dumps({"expectations": expectations, "reality": reality, "score": score})
    for spelled in (text, f"```json\n{text}\n```"):
        found = parse_answer(spelled)
        assert found is not None
        assert (found.expectations, found.reality, found.score) == (expectations, reality, score)


@pytest.mark.parametrize("score", ["0.5", "2", "-1", "true", '"1"', "null", "NaN", "[1]"])
def test_a_score_that_is_neither_0_nor_1_is_no_answer(score: str) -> None:
    assert parse_answer(f'{{"expectations": "", "reality": "", "score": {score}}}') is None
