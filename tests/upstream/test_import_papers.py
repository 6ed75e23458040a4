"""paperbench import upstream: anomalies, refusals, and the same bytes each time."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from runner.upstream.task_tree import preorder, upstream_id
from tests.data_folder import upstream_data, upstream_papers
from tests.upstream.folders import branch, leaf, tiny, write_json, write_paper
from validators.corpus import Corpus, rubric_tree
from validators.tree import MODES, Mode, effective_weights, leaves


def take_over(data: Path, root: Path, *more: str) -> int:
    return main(["import", "upstream", str(data), "--out", str(root), *more])


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_paper_becomes_ours(tmp_path: Path) -> None:
    folder = write_paper(tmp_path / "data", blacklist="# a note\n\nhttps://github.com/a/b\n")
    (folder / "judge.addendum.md").write_text("For judges.\n")
    write_json(folder / "judge" / "older" / "paper.md", "another paper")
    (folder / "assets").mkdir()
    (folder / "assets" / "fig.png").write_bytes(b"\x89PNG")
    assert take_over(tmp_path / "data", tmp_path / "root", "--commit", "a" * 40) == 0
    paper = Corpus(tmp_path / "root").paper("tiny")
    assert [file.path for file in paper.files] == [
        "addendum.md", "assets/fig.png", "judge-addendum.md", "judge/older/paper.md", "paper.md",
    ]  # fmt: skip
    assert paper.source is not None
    assert (paper.title, paper.source.commit, paper.source.id) == ("A paper: tiny", "a" * 40, None)
    (entry,) = Corpus(tmp_path / "root").blacklist("tiny").entries
    assert (entry.url, entry.kind) == ("https://github.com/a/b", "repository")
    assert main(["check", "--root", str(tmp_path / "root")]) == 0


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    write_paper(tmp_path / "data")
    (tmp_path / "data" / "splits").mkdir()
    (tmp_path / "data" / "splits" / "all.txt").write_text("tiny\n\nelsewhere")
    for root in ("one", "two"):
        assert take_over(tmp_path / "data", tmp_path / root) == 0
    before = files(tmp_path / "one")
    assert before == files(tmp_path / "two")
    assert take_over(tmp_path, tmp_path / "one", "tiny") == 0
    assert files(tmp_path / "one") == before
    splits = Corpus(tmp_path / "one").splits()
    assert (splits.splits, splits.absent) == ({"all": ("tiny", "elsewhere")}, ("elsewhere",))


def test_sibling_ids_become_unique_and_keep_upstreams(tmp_path: Path) -> None:
    same = [leaf(name) for name in ("a", "a", "a~2", "a")]
    write_paper(tmp_path / "data", rubric=branch("root", *same))
    assert take_over(tmp_path / "data", tmp_path / "root") == 0
    children = Corpus(tmp_path / "root").rubric("tiny").criterion.children
    assert [child.id for child in children] == ["a", "a~3", "a~2", "a~4"]
    assert [child.upstream_id for child in children] == [None, "a", None, "a"]


def test_a_differing_file_is_replaced_only_by_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_paper(tmp_path / "data")
    root = tmp_path / "root"
    assert take_over(tmp_path / "data", root) == 0
    (root / "papers" / "tiny" / "addendum.md").write_text("Edited.\n")
    (root / "papers" / "tiny" / "notes.txt").write_text("mine\n")
    before = files(root)
    capsys.readouterr()
    assert take_over(tmp_path / "data", root) == 1
    assert "addendum.md" in last_line(capsys)
    assert files(root) == before
    assert take_over(tmp_path / "data", root, "--force") == 0
    assert (root / "papers" / "tiny" / "addendum.md").read_text() == "Nothing to add.\n"
    assert (root / "papers" / "tiny" / "notes.txt").exists()


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 3\n"


@pytest.mark.parametrize("name", ["paper.md", "addendum.md", "rubric.json"])
def test_a_pointer_instead_of_a_text_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_paper(tmp_path / "data", "good")
    (write_paper(tmp_path / "data") / name).write_text(POINTER)
    assert take_over(tmp_path / "data", tmp_path / "root") == 1
    line = last_line(capsys)
    assert name in line
    assert "git lfs pull" in line
    assert not (tmp_path / "root").exists()


def test_figures_that_are_pointers_are_left_out_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_paper(tmp_path / "data")
    (folder / "assets").mkdir()
    (folder / "assets" / "fig.png").write_text(POINTER)
    assert take_over(tmp_path / "data", tmp_path / "root") == 0
    assert "1 figures left out" in capsys.readouterr().out
    assert not (tmp_path / "root" / "papers" / "tiny" / "assets").exists()


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "zero weight": (leaf("a", weight=0), "weight 0"),
    "fraction": (leaf("a", weight=1.5), "weight 1.5"),
    "boolean weight": (leaf("a", weight=True), "weight true"),
    "no category": (leaf("a", category=""), "task_category"),
    "unknown category": (leaf("a", category="Result Match"), "Result Match"),
    "unknown facet": (leaf("a", finegrained_task_category="Other"), "Other"),
    "branch with category": (branch("b", leaf("a")) | {"task_category": "Code Execution"}, "only leaves"),
    "number as id": (leaf("a") | {"id": 7}, "'id' that is not text"),
    "empty id": (leaf(""), "empty 'id'"),
    "half a pair": (leaf("a", "\ud800"), "Unicode"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rubric_that_cannot_be_ours_is_one_line(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node, words = FAULTS[fault]
    write_paper(tmp_path / "data", rubric=branch("root", node, leaf("z")))
    assert take_over(tmp_path / "data", tmp_path / "root") == 1
    assert words in last_line(capsys)
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("none", 0),
        ("none\n", 0),
        ("", 0),
        ("# only a note\n", 0),
        ("https://github.com/a/b\n\ngitlab.com/c/d", 2),
    ],
)
def test_blacklists(text: str, number: int, tmp_path: Path) -> None:
    write_paper(tmp_path / "data", blacklist=text)
    assert take_over(tmp_path / "data", tmp_path / "root") == 0
    assert len(Corpus(tmp_path / "root").blacklist("tiny").entries) == number


@pytest.mark.parametrize("text", ["None", "none\nhttps://github.com/a/b", " # indented"])
def test_what_is_no_url_in_a_blacklist_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_paper(tmp_path / "data", blacklist=text)
    assert take_over(tmp_path / "data", tmp_path / "root") == 1
    assert "blacklist.txt:1" in last_line(capsys)


def test_own_splits_and_comments_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_paper(tmp_path / "data")
    (tmp_path / "experiments" / "splits").mkdir(parents=True)
    (tmp_path / "experiments" / "splits" / "all.txt").write_text("tiny")
    splits = tmp_path / "root" / "papers" / "splits.yaml"
    splits.parent.mkdir(parents=True)
    splits.write_text("# ours\nschema: splits/v1\nsplits:\n  own: [tiny]\n")
    assert take_over(tmp_path / "data", tmp_path / "root") == 0
    assert splits.read_text().startswith("# ours\n")
    assert Corpus(tmp_path / "root").splits().splits == {"own": ("tiny",), "all": ("tiny",)}
    splits.write_text("schema: splits/v1\nsplits: {all: []}\n")
    capsys.readouterr()
    assert take_over(tmp_path / "data", tmp_path / "root") == 1
    assert "'all'" in last_line(capsys)


def test_unknown_papers_and_folders_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_paper(tmp_path / "data")
    assert take_over(tmp_path / "data", tmp_path / "root", "missing") == 1
    assert "'missing'" in last_line(capsys)
    assert take_over(tmp_path / "nowhere", tmp_path / "root") == 1
    assert "nowhere" in last_line(capsys)


def test_the_real_papers_come_over_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    assert take_over(upstream_papers(), root) == 0
    before = files(root)
    assert take_over(upstream_papers(), root) == 0
    assert files(root) == before
    assert main(["check", "--root", str(root)]) == 0
    capsys.readouterr()
    source = Corpus(root).paper("stochastic-interpolants").source
    assert source is not None
    assert source.id == "stochastic-interpolant"
    assert Corpus(root).blacklist("semantic-self-consistency").entries == ()
    _golden(root)


PARITY: dict[Mode, str] = {
    "full": "sha256_parity",
    "code-dev": "sha256_parity_code_only",
    "resources-provided": "sha256_parity_resources_provided",
}


def _golden(root: Path) -> None:
    """The golden scores of upstream's own code, through our rubrics."""
    facts = json.loads((upstream_data() / "upstream_facts.json").read_text())["papers"]
    for paper in Corpus(root).paper_ids():
        tree, golden = rubric_tree(Corpus(root).rubric(paper)), facts[paper]["golden"]
        for category in ("Code Development", "Code Execution", "Result Analysis"):
            shares = effective_weights(tree, "full", "upstream-2026-04")
            score = sum(shares[path] for path, node in leaves(tree) if node.category == category)
            assert score == pytest.approx(golden[f"only_{category.lower().replace(' ', '_')}"], abs=1e-12)
        for mode in MODES:
            assert sum(effective_weights(tree, mode, "paper-2025").values()) == pytest.approx(1.0, abs=1e-12)
        names = [
            upstream_id(node) for node in preorder(Corpus(root).rubric(paper).criterion) if not node.children
        ]
        parity = {
            path: int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2
            for (path, _), name in zip(leaves(tree), names, strict=True)
        }
        for mode, key in PARITY.items():
            shares = effective_weights(tree, mode, "upstream-2026-04")
            score = sum(share * parity[path] for path, share in shares.items())
            assert score == pytest.approx(golden[key], abs=1e-12)
        ones = sum(effective_weights(tree, "resources-provided", "upstream-2026-04").values())
        assert ones == pytest.approx(golden["all_ones_resources_provided"], abs=1e-12)


def test_tiny_tree_is_what_other_tests_think() -> None:
    assert [node["id"] for node in tiny()["sub_tasks"]] == ["12345e67", "017", "no", "data"]
