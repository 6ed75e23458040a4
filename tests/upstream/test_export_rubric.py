"""paperbench export upstream gives back upstream's tree, byte by byte where upstream's own texts allow it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.cli import main
from tests.data_folder import upstream_papers
from tests.upstream.folders import branch, leaf, write_json, write_paper

CATEGORIES = st.sampled_from(["Code Development", "Code Execution", "Result Analysis"])
FACETS = st.sampled_from([None, "Method Implementation", "Dataset and Model Acquisition"])
# Few ids, so that siblings often share one; many that YAML could misread.
IDS = st.sampled_from(
    ["a", "a~2", "12345e67", "017", "no", "null", "1_000", "~", "a/b", "%2F", "0x1F", "é: #"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    "ab :#-'\"\\\n\t ", max_size=200
)
WORDS = st.lists(st.text("abc#:-\"'", min_size=1, max_size=30), min_size=5, max_size=40).map(" ".join)
WEIGHTS = st.integers(1, 20)


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda name, text, weight, category, facet: leaf(
            name, text, weight, category, finegrained_task_category=facet
        ),
        IDS | TEXTS.filter(bool), TEXTS | WORDS, WEIGHTS, CATEGORIES, FACETS,
    )  # fmt: skip


def branches(below: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    children = st.lists(below, min_size=1, max_size=5)
    return st.builds(
        lambda name, text, weight, nodes: branch(name, *nodes, text=text, weight=weight),
        IDS, TEXTS | WORDS, WEIGHTS, children,
    )  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=st.recursive(leaves(), branches, max_leaves=20))
def test_any_tree_comes_back(tree: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    write_paper(folder / "data", rubric=tree)
    assert main(["import", "upstream", str(folder / "data"), "--out", str(folder / "root")]) == 0
    out = folder / "rubric.json"
    assert main(["export", "upstream", "tiny", "--root", str(folder / "root"), "--out", str(out)]) == 0
    assert out.read_bytes() == json.dumps(tree, indent=4, ensure_ascii=False).encode()


def test_the_real_rubrics_come_back_byte_by_byte(tmp_path: Path) -> None:
    data, root, out = upstream_papers(), tmp_path / "root", tmp_path / "rubric.json"
    assert main(["import", "upstream", str(data), "--out", str(root)]) == 0
    papers = sorted(path.parent.name for path in data.glob("papers/*/rubric.json"))
    assert len(papers) >= 11
    for paper in papers:
        assert main(["export", "upstream", paper, "--root", str(root), "--out", str(out)]) == 0
        assert out.read_bytes() == (data / "papers" / paper / "rubric.json").read_bytes(), paper


def test_a_paper_without_a_rubric_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json(tmp_path / "papers" / "x" / "y.json", {})
    out = tmp_path / "out.json"
    assert main(["export", "upstream", "nothing", "--root", str(tmp_path), "--out", str(out)]) == 1
    assert "nothing" in capsys.readouterr().err
    assert not out.exists()
