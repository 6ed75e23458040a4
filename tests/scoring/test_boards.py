"""Boards through the command line, on run folders as the runner leaves them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from runner.cli import main
from runner.database.reading import BOARDS, DATABASE, board_names
from tests.run_maker import RunMaker, call, digest, planned_trial
from tests.scoring.trees import CE, RA, branch, leaf

SMALL = branch("root", branch("a", leaf("x"), leaf("y", CE), weight=2), leaf("z", RA))
ALL = {"root/a/x": 1.0, "root/a/y": 1.0, "root/z": 1.0}
HALF = {"root/a/x": 1.0, "root/a/y": 0.0, "root/z": 0.5}
Capture = pytest.CaptureFixture[str]


def asked(runs: Path, capsys: Capture, *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--runs", str(runs), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def printed(runs: Path, capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments, "--runs", str(runs)]) == 0
    return capsys.readouterr().out


def refused(runs: Path, capsys: Capture, *arguments: str) -> str:
    """The one line that a command ends with."""
    capsys.readouterr()
    assert main([*arguments, "--runs", str(runs)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_full_run_has_a_score_and_a_standard_error(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL, "q": SMALL}, attempts=2)
    maker.plan()
    for trial, z in zip(maker.trials(), (1.0, 0.0, 0.5, 0.5), strict=True):
        maker.grade_all(trial, HALF | {"root/z": z})
    (row,) = asked(tmp_path, capsys, "board")
    assert (row["rank"], row["attempts"], row["papers"], row["coverage"]) == (1, 2, 2, 1.0)
    assert row["score"] == pytest.approx(0.5, abs=1e-12)
    assert row["standard_error"] == pytest.approx(1 / 12, abs=1e-12)
    rows = asked(tmp_path, capsys, "board", "by_paper")
    assert [item["score"] for item in rows] == pytest.approx([2 / 3, 1 / 3, 0.5, 0.5], abs=1e-12)
    assert "0.6667" in printed(tmp_path, capsys, "board", "by_paper")
    assert asked(tmp_path, capsys, "board", "--scoring", "upstream-2026-04")[0]["score"] == pytest.approx(0.5)


def test_what_is_not_judged_is_listed_below_and_not_ranked(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, agents=("done", "torn", "lost", "broken", "idle"))
    maker.plan()
    maker.grade_all("p/done/1", HALF)
    maker.grade_all("p/torn/1", ALL | {"root/z": None})
    maker.ran("p/broken/1")
    maker.outcome("p/broken/1", "reproduce", failure_class="infrastructure", reason="node_lost")
    maker.graded("p/broken/1", [maker.verdict("p/broken/1", path, 1.0) for path in ALL])
    maker.outcome("p/idle/1", "rollout", failure_class="agent", reason="no_submission")
    rows = {row["agent"]: row for row in asked(tmp_path, capsys, "board")}
    assert [(row["agent"], row["rank"]) for row in rows.values()] == [
        ("done", 1),
        ("idle", 2),
        ("torn", None),
        ("broken", None),
        ("lost", None),
    ]
    bounds = {agent: (row["lower"], row["upper"]) for agent, row in rows.items()}
    assert bounds["torn"] == pytest.approx((2 / 3, 1.0))
    assert (bounds["lost"], bounds["broken"], bounds["idle"]) == ((0, 1), (0, 1), (0, 0))
    assert rows["torn"]["score"] is None
    assert rows["idle"]["score"] == 0
    text = printed(tmp_path, capsys, "board", "--no-collect")
    assert "0.66..1.00 (66 % judged)" in text
    ranked = asked(tmp_path, capsys, "board", "--min-coverage", "0.6")
    assert {row["agent"]: row["rank"] for row in ranked} == {
        "torn": 1, "done": 2, "idle": 3, "lost": None, "broken": None,
    }  # fmt: skip
    upstream = {
        row["agent"]: row for row in asked(tmp_path, capsys, "board", "--scoring", "upstream-2026-04")
    }
    assert upstream["torn"]["score"] == pytest.approx(2 / 3)
    assert upstream["idle"]["score"] is None
    assert upstream["lost"]["rank"] is None


def test_overlapping_intervals_are_ties(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, agents=("one", "other", "open", "low"))
    maker.plan()
    maker.grade_all("p/one/1", ALL)
    maker.grade_all("p/other/1", ALL)
    maker.grade_all("p/open/1", ALL | {"root/z": None})
    maker.grade_all("p/low/1", HALF)
    rows = {row["agent"]: row for row in asked(tmp_path, capsys, "board", "--min-coverage", "0.5")}
    assert {agent: (row["rank"], row["tied"]) for agent, row in rows.items()} == {
        "one": (1, True),
        "other": (1, True),
        "open": (1, True),
        "low": (4, False),
    }


def test_rows_with_different_keys_are_never_merged(tmp_path: Path, capsys: Capture) -> None:
    makers = {
        "again": RunMaker(tmp_path, {"p": SMALL}, name="again"),
        "same": RunMaker(tmp_path, {"p": SMALL}, name="same"),
        "longer": RunMaker(tmp_path, {"p": SMALL}, name="longer", limits={"time_limit_minutes": 60.0}),
        "closed": RunMaker(tmp_path, {"p": SMALL}, name="closed", network="none"),
        "boxed": RunMaker(tmp_path, {"p": SMALL}, name="boxed", container="apptainer"),
        "wider": RunMaker(tmp_path, {"p": SMALL, "q": SMALL}, name="wider"),
        "other": RunMaker(tmp_path, {"p": branch("root", leaf("x"))}, name="other"),
        "code": RunMaker(tmp_path, {"p": SMALL}, name="code", protocol="code-dev"),
    }
    for maker in makers.values():
        maker.plan()
        for trial in maker.trials():
            maker.grade_all(trial, dict.fromkeys(maker.leaf_paths(trial), 1.0))
    rows = asked(tmp_path, capsys, "board")
    assert sorted(row["runs"] for row in rows) == sorted([*(set(makers) - {"same", "again"}), "again, same"])
    assert len({row["key"] for row in rows}) == len(rows) == 7
    (both,) = [row for row in rows if row["runs"] == "again, same"]
    assert both["attempts"] == 2
    viewed = {row["runs"]: row["key"] for row in asked(tmp_path, capsys, "board", "--mode", "code-dev")}
    assert viewed["again, same"] != viewed["code"]
    assert "7 comparability keys" in printed(tmp_path, capsys, "board")


def test_another_judge_is_another_row_and_what_it_left_out_shows(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, attempts=2)
    maker.plan()
    strict = digest("strict")
    for trial in maker.trials():
        maker.grade_all(trial, ALL)
    lines = [maker.verdict("p/oracle/1", path, 0.0, judge=strict) for path in ALL]
    maker.graded("p/oracle/1", lines, judge=strict)
    rows = asked(tmp_path, capsys, "board")
    assert [(row["score"], row["lower"], row["upper"]) for row in rows] == [
        (pytest.approx(1.0),) * 3,
        (None, 0.0, 0.5),
    ]
    text = printed(tmp_path, capsys, "score", "run", "p/oracle/1")
    assert "also graded by" in text
    assert "name one with --judge" in text


def test_judges_of_one_kind_are_told_apart_by_their_models(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, name="imported")
    maker.plan(origin="imported", config=None, judge=None, agents=[])
    models = ("small-1", "large-2", None)
    for model in models:
        judge = digest(f"judge {model}")
        lines = [maker.verdict("p/oracle/1", path, 1.0, judge=judge) for path in ALL]
        maker.graded("p/oracle/1", lines, judge=judge)
        grading = {"judge": judge, "kind": "simple", "repeats": 1, "leaves": 3, "judged": 3, "model": model}
        maker.outcome("p/oracle/1", "grading", judge, grading=grading)
    for board in ("overall", "by_paper", "by_category"):
        judges = {row["judge"] for row in asked(tmp_path, capsys, "board", board)}
        assert judges == {"simple (small-1)", "simple (large-2)", "simple"}
    shown = refused(tmp_path, capsys, "score", "imported", "p/oracle/1")
    assert "simple (small-1)" in shown
    chosen = printed(tmp_path, capsys, "score", "imported", "p/oracle/1", "--judge", "small-1")
    assert chosen.startswith("judge simple (small-1)")


def test_a_perfect_score_is_exactly_one(tmp_path: Path, capsys: Capture) -> None:
    tree = branch("root", *(leaf(f"n{number}", weight=number) for number in range(1, 50)))
    maker = RunMaker(tmp_path, {"p": tree, "q": branch("root", *map(leaf, "0123456789"))})
    maker.plan()
    for trial in maker.trials():
        maker.grade_all(trial, dict.fromkeys(maker.leaf_paths(trial), 1.0))
    rows = asked(tmp_path, capsys, "board", "by_paper")
    assert [(row["score"], row["lower"], row["upper"]) for row in rows] == [(1.0, 1.0, 1.0)] * 2
    assert asked(tmp_path, capsys, "board")[0]["score"] == 1.0
    assert asked(tmp_path, capsys, "score", "run", "p/oracle/1", "--no-collect")[0]["score"] == 1.0


def test_isolation_weaker_than_declared_is_listed_and_not_ranked(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, agents=("kept", "loose"))
    maker.plan()
    for trial in maker.trials():
        maker.grade_all(trial, ALL)
        declared = {"container": "apptainer", "network": "none"}
        network = "open" if "loose" in trial else "none"
        maker.outcome(trial, "rollout", declared=declared, observed=declared | {"network": network})
    rows = {row["agent"]: row for row in asked(tmp_path, capsys, "board")}
    assert (rows["kept"]["rank"], rows["kept"]["tied"]) == (1, False)
    assert rows["loose"]["rank"] is None
    assert "isolation" in rows["loose"]["remark"]


def test_imported_attempts_keep_their_own_papers_rubrics_and_grade_ids(
    tmp_path: Path, capsys: Capture
) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL, "q": SMALL}, name="imported")
    older = branch("root", leaf("x"))
    own = maker.folder.add_rubric("p", older)
    trials = [
        planned_trial("p/oracle/g~1", paper_set=["p"], rubric=own, at="2025-01-01T00:00:00Z"),
        planned_trial("q/oracle/g~2", paper_set=["q", "z"]),
    ]
    maker.plan(origin="imported", config=None, judge=None, agents=[], trials=trials)
    lines = [
        maker.verdict("q/oracle/g~2", path, score, repeat)
        for repeat, score in ((0, 1.0), (3, 0.0))
        for path in ALL
    ]
    maker.graded("q/oracle/g~2", lines)
    maker.rubrics = {"p": older}
    maker._by_paper.clear()
    maker.graded("p/oracle/g~1", [maker.verdict("p/oracle/g~1", "root/x", 1.0)])
    rows = {row["paper"]: row for row in asked(tmp_path, capsys, "board", "by_paper")}
    assert {paper: row["score"] for paper, row in rows.items()} == {"p": 1.0, "q": pytest.approx(0.5)}
    overall = sorted((row["papers"], row["lower"], row["upper"]) for row in asked(tmp_path, capsys, "board"))
    assert overall == [(1, 1.0, 1.0), (2, pytest.approx(0.25), pytest.approx(0.75))]


def test_a_paper_that_an_attempt_lacks_is_a_gap_of_the_tree_of_the_other_attempts(
    tmp_path: Path, capsys: Capture
) -> None:
    papers = {"p": SMALL, "q": branch("root", leaf("x", weight=3), leaf("z"))}
    maker = RunMaker(tmp_path, papers, name="imported")
    own = {paper: maker.folder.add_rubric(paper, root) for paper, root in papers.items()}
    maker.rubrics = dict.fromkeys(papers, branch("root", leaf("other")))
    trials = [
        planned_trial(f"{paper}/oracle/g~{attempt}", rubric=own[paper], attempt=attempt, paper_set=["p", "q"])
        for paper, attempt in (("p", 1), ("q", 1), ("p", 2))
    ]
    maker.plan(origin="imported", config=None, judge=None, agents=[], trials=trials)
    maker.rubrics = papers
    for trial in trials:
        lines = [maker.verdict(trial["id"], path, 1.0) for path in maker.leaf_paths(trial["id"])]
        maker.graded(trial["id"], lines)
    (row,) = asked(tmp_path, capsys, "board")
    assert (row["score"], row["attempts"]) == (None, 2)
    assert (row["lower"], row["upper"]) == pytest.approx((0.75, 1.0))


def test_points_of_the_categories_add_up_to_the_score(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL, "q": branch("root", leaf("x"), leaf("z", RA, 3))})
    maker.plan()
    maker.grade_all("p/oracle/1", HALF)
    maker.grade_all("q/oracle/1", {"root/x": 1.0, "root/z": 0.5})
    rows = asked(tmp_path, capsys, "board", "by_category")
    (overall,) = asked(tmp_path, capsys, "board")
    trials = {row["category"]: row["trials"] for row in rows}
    assert trials == {"Code Development": 2, "Code Execution": 1, "Result Analysis": 2}
    assert sum(row["earned"] * row["trials"] for row in rows) / 2 == pytest.approx(
        overall["score"], abs=1e-12
    )
    assert sum(row["possible"] * row["trials"] for row in rows) / 2 == pytest.approx(1.0, abs=1e-12)
    assert {row["category"]: row["score"] for row in rows} == pytest.approx(
        {"Code Development": 1.0, "Code Execution": 0.0, "Result Analysis": 0.5}
    )


def test_cost_adds_up_and_says_where_no_price_is_known(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, agents=("a", "b"))
    maker.plan()
    for trial in maker.trials():
        folder = maker.grade_all(trial, ALL).parent
        lines = [call(trial, "1"), call(trial, "2", cost_usd=None if "/b/" in trial else 0.5)]
        (folder / "ledger.jsonl").write_text(
            "".join(f"{json.dumps(line)}\n" for line in lines) + '{"schema":'
        )
    rows = asked(tmp_path, capsys, "board", "cost")
    found = {(row["level"], row["agent"]): row for row in rows}
    assert found["trial", "a"]["cost_usd"] == pytest.approx(0.75)
    assert (found["agent", "b"]["cost_usd"], found["agent", "b"]["unpriced"]) == (None, 1)
    everything = found["all", None]
    assert (everything["calls"], everything["tokens_in"], everything["tokens_out"]) == (4, 400, 40)


def test_the_tree_of_a_trial_shows_intervals(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL})
    maker.plan()
    maker.grade_all("p/oracle/1", ALL | {"root/z": None})
    text = printed(tmp_path, capsys, "score", "run", "p/oracle/1")
    assert "0.6666..1.0000 (66 % judged)" in text
    assert "  1.0000  66.67 %  requirement of a" in text
    nodes = asked(tmp_path, capsys, "score", "run", "p/oracle/1", "--depth", "1")
    assert [node["path"] for node in nodes] == ["root", "root/a", "root/z"]
    assert asked(tmp_path, capsys, "score", "run", "p/oracle/1", "--mode", "code-dev")[0]["score"] == 1.0
    assert "no trial 'p/nobody/1'" in refused(tmp_path, capsys, "score", "run", "p/nobody/1")


def test_a_missing_repeat_is_a_gap_for_board_and_score_alike(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL}, repeats=2, scoring="upstream-2026-04")
    maker.plan()
    trial = "p/oracle/1"
    maker.ran(trial)
    lines = [maker.verdict(trial, path, 1.0, repeat) for path in ALL for repeat in (0, 1)]
    maker.graded(trial, [*lines[:3], lines[4]])
    (row,) = asked(tmp_path, capsys, "board", "by_paper")
    root, *_, z = asked(tmp_path, capsys, "score", "run", trial)
    assert (z["path"], z["score"], z["judged"]) == ("root/z", None, 0)
    assert (row["score"], row["judged"]) == (root["score"], root["judged"]) == (None, 1)
    maker.graded(trial, [lines[3], maker.verdict(trial, "root/z", None, 1)])
    (row,) = asked(tmp_path, capsys, "board", "by_paper")
    root, *_, z = asked(tmp_path, capsys, "score", "run", trial)
    assert (z["score"], z["judged"]) == (0.5, 1)
    assert (row["score"], root["score"]) == pytest.approx((5 / 6, 5 / 6))


def test_questions_are_answered_read_only_in_three_formats(tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL})
    maker.plan()
    assert "make it with 'paperbench collect'" in refused(tmp_path, capsys, "sql", "SELECT 1")
    printed(tmp_path, capsys, "collect")
    query = "SELECT run, 'nan'::DOUBLE AS x FROM runs"
    assert printed(tmp_path, capsys, "sql", query, "--format", "csv") == "run,x\nrun,nan\n"
    assert json.loads(printed(tmp_path, capsys, "sql", query, "--format", "json")) == [
        {"run": "run", "x": None}
    ]
    assert printed(tmp_path, capsys, "sql", "SELECT run FROM runs") == "run\nrun\n"
    assert "syntax error" in refused(tmp_path, capsys, "sql", "SELCT 1")
    assert "read-only" in refused(tmp_path, capsys, "sql", "DROP TABLE runs")
    assert "there is no board" in refused(tmp_path, capsys, "board", "nonsense")


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{file}'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{database}' (FORMAT csv, USE_TMP_FILE false)",
        "EXPORT DATABASE '{file}.folder'",
        "ATTACH '{file}.new' AS other",
        "FROM read_text('{file}')",
        "SET enable_external_access = true; COPY (SELECT 1) TO '{file}'",
        "RESET lock_configuration; SET enable_external_access = true; COPY (SELECT 1) TO '{file}'",
    ],
)
def test_a_question_touches_no_file(query: str, tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL})
    maker.plan()
    maker.grade_all("p/oracle/1", HALF)
    printed(tmp_path, capsys, "collect")
    lock = maker.folder.path / "plan.lock"
    before = lock.read_bytes()
    files = sorted(tmp_path.rglob("*"))
    assert refused(tmp_path, capsys, "sql", query.format(file=lock, database=tmp_path / DATABASE))
    assert lock.read_bytes() == before
    assert sorted(tmp_path.rglob("*")) == files
    view = "SET VARIABLE mode = 'code-dev'; SELECT count(*) AS n FROM trial_scores"
    assert asked(tmp_path, capsys, "sql", view) == [{"n": 1}]


def test_a_question_that_asks_nothing_is_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    RunMaker(tmp_path, {"p": SMALL}).plan()
    printed(tmp_path, capsys, "collect")
    for query in ("", " ;\n"):
        assert main(["sql", query, "--runs", str(tmp_path)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert printed(tmp_path, capsys, "sql", "-- nothing") == ""


def test_columns_of_one_name_are_all_in_the_json(tmp_path: Path, capsys: Capture) -> None:
    RunMaker(tmp_path, {"p": SMALL}).plan()
    printed(tmp_path, capsys, "collect")
    query = "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a"
    assert asked(tmp_path, capsys, "sql", query) == [{"a": 1, "a_2": 2, "a_1": 3, "a_3": 4}]


@pytest.mark.parametrize("name", board_names())
def test_a_board_runs_as_it_stands_and_says_what_it_is(name: str, tmp_path: Path, capsys: Capture) -> None:
    maker = RunMaker(tmp_path, {"p": SMALL})
    maker.plan()
    maker.grade_all("p/oracle/1", ALL)
    printed(tmp_path, capsys, "collect")
    text = (BOARDS / f"{name}.sql").read_text()
    assert text.startswith("-- Question: ")
    with duckdb.connect(str(tmp_path / DATABASE), read_only=True) as database:
        columns = [column[0] for column in database.execute(text).description]
        header = " ".join(line for line in text.splitlines() if line.startswith("--"))
        assert [column for column in columns if column not in header] == []
        for mode in ("full", "code-dev", "resources-provided"):
            database.execute(f"SET VARIABLE mode = '{mode}'; SET VARIABLE min_coverage = 0.5")
            database.execute(text).fetchall()


def test_a_plain_row_is_never_cut(tmp_path: Path, capsys: Capture) -> None:
    name = "a-run-with-a-very-long-name-" * 6 + "x"
    maker = RunMaker(tmp_path, {"p": SMALL}, name=name)
    maker.plan()
    assert name in printed(tmp_path, capsys, "board")


GROUPS = [
    ([(0.2, 0.4)], 0.3, None, 1),
    ([(0.2, None)], None, None, 0),
    ([(0.2, 0.4), (0.4, 0.6), (0.6, 0.8)], 0.5, 0.11547005383792514, 3),
    ([(0.2, 0.4), (0.4, None)], 0.3, None, 1),
    ([(None, 0.4), (0.6, 0.6)], 0.5, None, 1),
]


@pytest.mark.parametrize("group", GROUPS)
def test_upstreams_group_metric_leaves_incomplete_attempts_out(
    group: tuple[list[tuple[float | None, ...]], float | None, float | None, int],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    attempts, mean, error, complete = group
    one = branch("root", leaf("x"))
    maker = RunMaker(tmp_path, {"p": one, "q": one}, attempts=len(attempts), scoring="upstream-2026-04")
    maker.plan()
    for number, scores in enumerate(attempts, start=1):
        for paper, score in zip("pq", scores, strict=True):
            if score is not None:
                maker.grade_all(f"{paper}/oracle/{number}", {"root/x": score})
    (row,) = asked(tmp_path, capsys, "board")
    assert row["score"] == (None if mean is None else pytest.approx(mean, abs=1e-15))
    assert row["standard_error"] == (None if error is None else pytest.approx(error, abs=1e-15))
    assert row["attempts"] == complete
    assert (row["rank"] is None) == (mean is None)
