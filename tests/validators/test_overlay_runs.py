"""A rubric with an overlay is one rubric for everything that reads it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from runner.run_folder import RunFolder
from tests.data_folder import upstream_papers
from tests.tiny_root import add_run, add_submission, tiny_root, write
from tests.upstream.folders import graded, newer_run, output, tiny, write_paper
from validators.corpus import Corpus, rubric_tree
from validators.digest import leaf_digests, rubric_digest
from validators.tree import walk

EDITS: list[dict[str, Any]] = [
    {"kind": "reword", "path": "root/017", "was": "It runs.", "requirement": "It runs twice."},
    {"kind": "reweight", "path": "root/no", "was": 3, "weight": 5},
    {"kind": "remove", "path": "root/12345e67/same~2"},
]


def add_overlay(root: Path, paper: str, edits: list[dict[str, Any]], **changes: Any) -> Path:
    """An overlay on an imported paper."""
    source = Corpus(root).paper(paper).source
    assert source is not None
    base = next(file.sha256 for file in source.files if file.path == "rubric.json")
    document = {"schema": "overlay/v1", "paper": paper, "revision": 2, "base": base, "edits": edits}
    return write(root / "rubrics" / f"{paper}.patch.yaml", document | changes)


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A root with upstream's paper `upper`, and a run of its reference submission."""
    made = tiny_root(tmp_path / "root")
    write_paper(tmp_path / "data", "upper")
    assert main(["import", "upstream", str(tmp_path / "data"), "--out", str(made)]) == 0
    add_submission(made / "papers/upper/submissions/oracle")
    add_run(made, "over", papers=["upper"])
    capsys.readouterr()
    return made


def test_every_reader_sees_the_edits(root: Path) -> None:
    add_overlay(root, "upper", EDITS)
    base, rubric = Corpus(root).base_rubric("upper"), Corpus(root).rubric("upper")
    assert (base.revision, rubric.revision, rubric.status) == (1, 3, "in_review")
    before, after = leaf_digests(rubric_tree(base)), leaf_digests(rubric_tree(rubric))
    assert {path for path in before if before[path] != after.get(path)} == {
        "root/017", "root/12345e67/same~2",
    }  # fmt: skip
    assert after.keys() < before.keys()
    assert rubric_digest(rubric_tree(base)) != rubric_digest(rubric_tree(rubric))


def test_a_run_is_judged_by_the_edited_rubric(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_overlay(root, "upper", EDITS)
    assert main(["plan", "over", "--root", str(root)]) == 0
    run = RunFolder(root / "runs" / "over")
    (planned,) = run.plan().papers
    digest = rubric_digest(rubric_tree(Corpus(root).rubric("upper")))
    assert planned.rubric == digest
    assert dict(walk(run.rubric(digest)))["root/no"].weight == 5
    assert main(["run", "over", "--root", str(root)]) == 0
    verdicts = list((root / "runs" / "over").rglob("verdicts.jsonl"))
    lines = [json.loads(line) for path in verdicts for line in path.read_text().splitlines()]
    wanted = leaf_digests(run.rubric(digest))
    assert {line["path"]: line["leaf"] for line in lines} == wanted
    capsys.readouterr()
    (root / "rubrics" / "upper.patch.yaml").unlink()
    assert main(["run", "over", "--root", str(root)]) == 1
    assert "rubric upper" in capsys.readouterr().err


def test_export_says_that_it_exports_the_edits(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = root / "rubric.json"
    words = ["export", "upstream", "upper", "--root", str(root), "--out", str(out)]
    assert main(words) == 0
    assert capsys.readouterr().out == f"wrote {out}: 7 nodes of upper\n"
    add_overlay(root, "upper", EDITS)
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said == f"wrote {out}: 6 nodes of upper, with the edits of rubrics/upper.patch.yaml\n"
    assert [node["weight"] for node in json.loads(out.read_text())["sub_tasks"]] == [2, 1, 5, 1]


def test_a_hydrated_rubric_that_somebody_edits_is_seen_whatever_the_cache_holds(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_overlay(root, "upper", EDITS)
    rubric = root / "rubrics" / "upper.yaml"
    text = rubric.read_text()
    for edited, status in ((text, 0), (text.replace("It runs.", "It runs. Fast."), 1), (text, 0)):
        rubric.write_text(edited)
        for _ in range(2):
            assert main(["check", "--root", str(root)]) == status
            assert ("R243 rubrics/upper.yaml is not" in capsys.readouterr().out) == bool(status)


def test_without_the_rubric_the_edits_that_nobody_checked_are_counted(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = add_overlay(root, "upper", EDITS)
    (root / "rubrics" / "upper.yaml").unlink()
    assert main(["check", str(path)]) == 0
    assert "3 overlay edits not checked" in capsys.readouterr().err
    add_overlay(root, "upper", EDITS, base="0" * 64)
    assert main(["check", str(path)]) == 1
    assert "R241 paper.yaml pins rubric.json as" in capsys.readouterr().out


def test_grades_of_the_published_rubric_keep_its_tree(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = graded(tiny(), iter((1, 0, 1.0, 0, 1)))
    run = "upper_0888dadd-b431-4c5c-b52a-c6a468107619"
    newer_run(root / "graded", output(tree), run=run, run_id=run, paper_id="upper")
    add_overlay(root, "upper", EDITS)
    assert main(["import", "grades", str(root / "graded"), "--root", str(root)]) == 0
    said = capsys.readouterr().out
    assert "the tree of 1 grading is not rubrics/upper.yaml with its overlay (" in said
    (trial,) = RunFolder(root / "runs" / "imported").plan().trials
    imported = RunFolder(root / "runs" / "imported").rubric(trial.rubric or "")
    assert [node.weight for node in imported.children] == [2, 1, 3, 1]


@pytest.mark.parametrize(
    ("edits", "changes", "said"),
    [
        ([{"kind": "remove", "path": "root/018"}], {}, "R244 path 'root/018' does not exist"),
        (EDITS, {"base": "0" * 64}, "R243 rubrics/upper.yaml is not the rubric.json of this sha256"),
        ([{"kind": "remove"}], {}, "S103 missing key 'path'"),
    ],
)
def test_what_does_not_fit_is_not_planned(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    edits: list[dict[str, Any]],
    changes: dict[str, Any],
    said: str,
) -> None:
    path = add_overlay(root, "upper", edits, **changes)
    assert main(["plan", "over", "--root", str(root)]) == 1
    caught = capsys.readouterr().err
    assert caught.startswith(str(path))
    assert said in caught
    assert not (root / "runs" / "over").exists()


def test_a_real_rubric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    assert main(["import", "upstream", str(upstream_papers()), "--out", str(root)]) == 0
    pinned = hashlib.sha256((upstream_papers() / "papers/rice/rubric.json").read_bytes()).hexdigest()
    nodes = list(walk(rubric_tree(Corpus(root).base_rubric("rice"))))
    leaf_path, leaf = next((path, node) for path, node in reversed(nodes) if not node.children)
    branch = next(path for path, node in nodes[1:] if node.children and not leaf_path.startswith(path))
    moved = f"{branch}/{leaf.id}"
    added = {"id": "own", "requirement": "The seed is set.", "category": "Code Development"}
    edits: list[dict[str, Any]] = [
        {"kind": "add", "under": branch, "criterion": added},
        {"kind": "reweight", "path": f"{branch}/own", "was": 1, "weight": 2},
        {"kind": "move", "path": leaf_path, "under": branch, "before": "own"},
        {
            "kind": "reword",
            "path": moved,
            "was": leaf.requirement[:9],
            "requirement": "It ends.",
        },
        {"kind": "remove", "path": moved},
    ]
    path = add_overlay(root, "rice", edits, base=pinned)
    capsys.readouterr()
    status = main(["check", str(path)])
    assert (status, capsys.readouterr().out) == (0, "")
    assert len(list(walk(rubric_tree(Corpus(root).rubric("rice"))))) == len(nodes)
