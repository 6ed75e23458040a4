"""rubric tree and rubric stats through the command line."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.data_folder import upstream_data, upstream_papers
from tests.rubrics.roots import CASES, NEW, OLD, rubric_root
from tests.terminal import CHECKOUT, on_a_terminal
from tests.tiny_root import write

Capture = pytest.CaptureFixture[str]


def printed(capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main(["rubric", *arguments]) == 0
    return capsys.readouterr().out


def asked(capsys: Capture, *arguments: str) -> Any:
    return json.loads(printed(capsys, *arguments, "--json"))


def refused(capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main(["rubric", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def ids(capsys: Capture, *arguments: str) -> list[str]:
    return [node["id"] for node in asked(capsys, "tree", str(OLD), *arguments)["nodes"]]


def test_a_tree(capsys: Capture) -> None:
    assert printed(capsys, "tree", str(OLD)) == (CASES / "tree.txt").read_text()


def test_a_tree_by_its_paper(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path)
    assert printed(capsys, "tree", "tiny", "--root", str(root)) == (CASES / "tree.txt").read_text()
    assert "did you mean 'tiny'?" in refused(capsys, "tree", "tyny", "--root", str(root))


def test_parts_of_a_tree(capsys: Capture) -> None:
    assert ids(capsys, "--depth", "0") == ["root"]
    assert ids(capsys, "--depth", "1") == ["root", "method", "results", "log"]
    assert ids(capsys, "--category", "ra") == ["root", "results", "answer"]
    assert ids(capsys, "--category", "code-exec") == ["root", "results", "runs"]
    assert ids(capsys, "--mode", "code-dev") == ["root", "method", "loss", "data", "seed", "log"]


@pytest.mark.parametrize("arguments", [["--category", "code"], ["--depth", "-1"], ["--depth", "deep"]])
def test_a_part_that_is_none_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["rubric", "tree", str(OLD), *arguments])
    assert stop.value.code == 2


def test_shares_follow_the_mode(capsys: Capture) -> None:
    nodes = asked(capsys, "tree", str(OLD), "--mode", "resources-provided")["nodes"]
    shares = {node["id"]: node["share"] for node in nodes}
    assert (shares["data"], shares["loss"]) == (0, pytest.approx(0.2))
    assert shares["root"] == pytest.approx(1)


def test_a_terminal_gets_colours_and_short_lines() -> None:
    lines = on_a_terminal(60, "rubric", "tree", str(NEW), plain=False)
    (line,) = [line for line in lines if "mean | squared" in line]
    assert "\x1b[32m" in line
    assert all(len(line) <= 60 for line in on_a_terminal(60, "rubric", "tree", str(NEW)))
    *rows, legend = lines[2:]
    assert "CD Code Development" in legend
    assert len(rows) == len(printed_lines(NEW))


def a_rubric_with_random_ids(folder: Path) -> Path:
    """A rubric five levels deep, whose ids are those of a machine."""
    node: dict[str, Any] = {"category": "Code Development"}
    for level in range(5, -1, -1):
        named = {"id": f"{level}d5639eb-a9c1-47e4-8207-36a2803eea35", "requirement": "Much is wanted. " * 9}
        node = {**named, **({"children": [node]} if level < 5 else node)}
    head = {"schema": "rubric/v1", "paper": "deep", "revision": 1, "status": "draft"}
    return write(folder / "deep.yaml", head | {"criterion": node})


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_terminal_has_room_for_the_text(columns: int, tmp_path: Path, capsys: Capture) -> None:
    rubric = a_rubric_with_random_ids(tmp_path)
    head, *rows = [line for line in on_a_terminal(columns, "rubric", "tree", str(rubric)) if "%" in line]
    for line in [head, *rows]:
        assert len(line) <= columns
        assert re.search(r"[0-9]d5639eb…  Much is wanted. Much is wanted. Much", line)
    whole = printed(capsys, "tree", str(rubric))
    assert whole.count("-a9c1-47e4-8207-36a2803eea35  " + "Much is wanted. " * 8 + "Much is wanted.") == 6


def test_paths_for_overlays(tmp_path: Path, capsys: Capture) -> None:
    rubric = a_rubric_with_random_ids(tmp_path)
    nodes = asked(capsys, "tree", str(rubric))["nodes"]
    expected = [f"{node['path']}\t{node['requirement'].strip()}" for node in nodes]
    assert printed(capsys, "tree", str(rubric), "--paths").splitlines() == expected
    assert on_a_terminal(80, "rubric", "tree", str(rubric), "--paths") == expected
    assert printed(capsys, "tree", str(OLD), "--paths", "--category", "ra").splitlines()[2] == (
        "root/results/answer\tThe error is below 0.1."
    )


def printed_lines(rubric: Path) -> list[str]:
    """The lines of a tree's criteria, as a pipe gets them."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", "rubric", "tree", str(rubric)],
        capture_output=True, text=True, check=True, cwd=CHECKOUT,
    )  # fmt: skip
    assert "\x1b" not in done.stdout
    return done.stdout.splitlines()[2:]


def test_figures_of_one_rubric(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path)
    assert printed(capsys, "stats", "tiny", "--root", str(root)) == (CASES / "stats.txt").read_text()


def test_papers_that_are_not_here_are_counted_by_what_is_known(tmp_path: Path, capsys: Capture) -> None:
    root = rubric_root(tmp_path)
    paper = {
        "schema": "paper/v1",
        "id": "far",
        "revision": 1,
        "title": "Far",
        "files": [],
        "rubric": "rubrics/far.yaml",
    }
    counts = {"Code Development": 3, "Code Execution": 2, "Result Analysis": 1}
    source = {"repository": "a/b", "nodes": 9, "leaves": counts}
    write(root / "papers/far/paper.yaml", paper | {"source": source})
    write(root / "papers/unknown/paper.yaml", paper | {"id": "unknown", "rubric": "rubrics/unknown.yaml"})
    splits = {"schema": "splits/v1", "splits": {"all": ["far", "gone"]}, "absent": ["gone"]}
    write(root / "papers/splits.yaml", splits)
    far, tiny, unknown = asked(capsys, "stats", "--root", str(root))["rubrics"]
    assert (far["leaves"], far["code_exec"], far["remark"]) == (6, 2, "not hydrated")
    assert (tiny["leaves"], tiny["remark"]) == (6, None)
    assert unknown == {"paper": "unknown", "remark": "not hydrated"}
    report = asked(capsys, "stats", "--split", "all", "--root", str(root))
    assert [record["remark"] for record in report["rubrics"]] == ["not hydrated", "not in this data root"]
    assert (report["totals"]["nodes"], report["totals"]["leaves_90"]) == (9, None)
    assert "not hydrated" in printed(capsys, "stats", "--root", str(root))
    assert "not hydrated" in printed(capsys, "stats", "far", "--root", str(root))
    assert "paperbench hydrate far" in refused(capsys, "tree", "far", "--root", str(root))
    assert "did you mean 'all'?" in refused(capsys, "stats", "--split", "alle", "--root", str(root))


def test_few_leaves_can_carry_the_score(tmp_path: Path, capsys: Capture) -> None:
    def leaf(name: str, weight: int) -> dict[str, Any]:
        words = {"id": name, "requirement": name, "category": "Code Development"}
        return {**words, "weight": weight}

    children = [leaf("large", 90), *(leaf(f"small-{number}", 1) for number in range(10))]
    criterion = {"id": "root", "requirement": "all", "children": children}
    rubric = {"schema": "rubric/v1", "paper": "p", "revision": 1, "status": "draft", "criterion": criterion}
    (record,) = asked(capsys, "stats", str(write(tmp_path / "p.yaml", rubric)))["rubrics"]
    assert [record[f"leaves_{percent}"] for percent in (90, 95, 99)] == [1, 6, 10]


def test_the_real_rubrics_have_the_figures_that_were_counted_elsewhere(
    tmp_path: Path, capsys: Capture
) -> None:
    facts = json.loads((upstream_data() / "upstream_facts.json").read_text())["papers"]
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(tmp_path)]) == 0
    records = asked(capsys, "stats", "--root", str(tmp_path))["rubrics"]
    assert len(records) == 11
    for record in records:
        fact, more = facts[record["paper"]], record["more"]
        assert (record["nodes"], record["leaves"]) == (fact["nodes"], fact["leaves"])
        assert record["depth"] == fact["max_depth_root0"]
        categories = fact["leaf_by_category"]
        assert [record[name] for name in ("code_dev", "code_exec", "result")] == list(categories.values())
        golden = [fact["golden"][f"only_{name.lower().replace(' ', '_')}"] for name in categories]
        shares = [record[f"share_{name}"] for name in ("code_dev", "code_exec", "result")]
        assert shares == pytest.approx(golden, abs=1e-9)
        assert (more["code_dev_tree_nodes"], more["code_dev_tree_leaves"]) == (
            fact["code_only_nodes"], fact["code_only_leaves"],
        )  # fmt: skip
        assert (more["most_children"], more["largest_weight"]) == (fact["max_fanout"], fact["max_weight"])
        assert more["facets"] == fact["leaf_by_finegrained"]


def test_the_catalogue_has_the_papers_own_totals(capsys: Capture) -> None:
    totals = asked(capsys, "stats", "--split", "all", "--root", str(CHECKOUT))["totals"]
    assert (totals["nodes"], totals["leaves"]) == (11_218, 8_316)
    assert [totals[name] for name in ("code_dev", "code_exec", "result")] == [3_671, 4_079, 566]


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_table_of_papers_fits_the_terminal(columns: int) -> None:
    lines = on_a_terminal(columns, "rubric", "stats", "--root", str(CHECKOUT))
    assert all(len(line) <= columns for line in lines)
    papers = sorted(path.parent.name for path in (CHECKOUT / "papers").glob("*/paper.yaml"))
    head, *rows = lines[: len(papers) + 1]
    assert [row.split()[0].rstrip("*") for row in rows] == papers
    assert head.split()[0] == "paper"
    assert {"leaves", "CD", "CE", "RA"} <= set(head.split())
    assert ("95 %" in head) == (columns > 80)
    assert ("99 %" in head) == (columns == 200)
    assert any(line.startswith("No room for ") for line in lines) == (columns < 200)


def test_a_few_papers_stand_beside_each_other(capsys: Capture) -> None:
    lines = on_a_terminal(80, "rubric", "stats", str(OLD), str(NEW))
    assert lines == printed(capsys, "stats", str(OLD), str(NEW)).splitlines()
    assert lines[0].split() == ["paper", "tiny", "tiny", "2", "papers"]
    assert lines[2].split() == ["leaves", "6", "6", "12"]
    assert len(on_a_terminal(30, "rubric", "stats", str(OLD), str(NEW))[0]) <= 30


def test_a_broken_overlay_does_not_hide_the_rubric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(rubric_root(tmp_path))
    edit = {"kind": "reweight", "path": "root/methods", "weight": 2}
    head = {"schema": "overlay/v1", "paper": "tiny", "revision": 1, "base": "a" * 64}
    write(Path("rubrics/tiny.patch.yaml"), head | {"edits": [edit]})
    assert main(["rubric", "tree", "tiny"]) == 1
    *findings, last = capsys.readouterr().err.splitlines()
    assert {line.split(":")[0] for line in findings} == {"rubrics/tiny.patch.yaml"}
    assert any("R244" in line for line in findings)
    hint, _, command = last.partition(": paperbench ")
    assert hint == "the rubric without this overlay"
    assert main(command.split()) == 0
    assert capsys.readouterr().out == (CASES / "tree.txt").read_text()
