"""An overlay of a hydrated entry of the catalogue, whose paper.yaml counts what upstream's rubric has."""

import copy
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.tiny_root import write
from tests.upstream.catalogued import catalogued, upstream
from tests.upstream.folders import branch, leaf, write_paper
from validators.corpus import Corpus, rubric_tree
from validators.hydration import RUBRIC
from validators.overlays.edits import apply_overlay
from validators.tree import walk

Capture = pytest.CaptureFixture[str]
OWN = {"id": "own", "requirement": "The seed is set.", "category": "Code Development"}
EDITS: dict[str, dict[str, Any]] = {
    "reweight": {"path": "root/no", "weight": 5},
    "reword": {"path": "root/no", "requirement": "The numbers agree within 1 %."},
    "recategorise": {"path": "root/017", "category": "Result Analysis"},
    "add": {"under": "root", "criterion": OWN},
    "remove": {"path": "root/data"},
    "move": {"path": "root/data", "under": "root", "before": "017"},
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root with the hydrated entry `tiny`, whose source counts criteria and leaves."""
    data = upstream(tmp_path / "data", "tiny")
    made = catalogued(tmp_path / "root", data)
    assert main(["hydrate", "tiny", "--root", str(made), "--from", str(data)]) == 0
    return made


def _overlay(root: Path, *edits: dict[str, Any]) -> dict[str, Any]:
    source = Corpus(root).paper("tiny").source
    assert source is not None
    base = next(file.sha256 for file in source.files if file.path == RUBRIC)
    return {"schema": "overlay/v1", "paper": "tiny", "revision": 1, "base": base, "edits": list(edits)}


@pytest.mark.parametrize("kind", EDITS)
def test_every_kind_of_edit_passes(kind: str, root: Path, capsys: Capture) -> None:
    before = dict(walk(rubric_tree(Corpus(root).rubric("tiny"))))
    write(root / "rubrics/tiny.patch.yaml", _overlay(root, {"kind": kind} | EDITS[kind]))
    capsys.readouterr()
    assert main(["check", "--root", str(root)]) == 0
    assert "patch.yaml" not in capsys.readouterr().out
    assert dict(walk(rubric_tree(Corpus(root).rubric("tiny")))) != before


def test_a_rubric_that_is_short_of_a_leaf_still_fails(root: Path, capsys: Capture) -> None:
    rubric = root / "rubrics/tiny.yaml"
    counted = (root / "papers/tiny/paper.yaml").read_text()
    (root / "papers/tiny/paper.yaml").write_text(counted.replace('"nodes": 7', '"nodes": 8'))
    assert main(["check", str(rubric)]) == 1
    assert "P311" in capsys.readouterr().out


def test_a_second_fault_of_the_same_words_is_seen(tmp_path: Path, capsys: Capture) -> None:
    data = tmp_path / "data"
    write_paper(
        data, "tiny", branch("root", branch("a", leaf("x", "It works properly.")), leaf("y", "It ends."))
    )
    assert main(["import", "upstream", str(data), "--out", str(tmp_path / "root")]) == 0
    twin = OWN | {"id": "x", "requirement": "It stops properly."}
    overlay = _overlay(tmp_path / "root", {"kind": "add", "under": "root", "criterion": twin})
    path = write(tmp_path / "root/rubrics/tiny.patch.yaml", overlay)
    capsys.readouterr()
    assert main(["check", str(path), str(path.with_name("tiny.yaml"))]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if " R208 " in line]
    assert ["patch.yaml" in line for line in sorted(lines)] == [True, False]
    assert len({line.partition(" ")[2] for line in lines}) == 1


def test_what_was_signed_off_is_in_review_with_edits() -> None:
    criterion = {"id": "root", "requirement": "All.", "children": [OWN]}
    sign_offs = [{"name": "A", "role": "paper_author", "date": "2026-01-31"}]
    rubric = {
        "schema": "rubric/v1", "paper": "tiny", "revision": 4, "status": "signed_off", "sign_offs": sign_offs,
        "criterion": criterion,
    }  # fmt: skip
    before = copy.deepcopy(rubric)
    edit = {"kind": "reword", "path": "root/own", "requirement": "The seed is 1."}
    made = apply_overlay(rubric, {"revision": 2, "edits": [edit]})
    assert (made["status"], made["revision"], "sign_offs" in made) == ("in_review", 6, False)
    assert apply_overlay(rubric | {"status": "draft"}, {"revision": 1, "edits": []})["status"] == "draft"
    assert rubric == before
