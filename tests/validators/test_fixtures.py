"""Frozen outputs that checks are tried on: what is read, what is refused, what never depends on them."""

import json
import shutil
from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import CHECKOUT, VALID, lay_out
from validators.corpus import Corpus, rubric_tree
from validators.digest import leaf_digests, rubric_digest
from validators.fixtures import MOST_FILE_BYTES, read_fixture
from validators.probes import MOST_FILES
from validators.roots import DataRoot
from validators.tree import leaves

OWN = ("bandit-regret", "ill-conditioned-momentum")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay_out(VALID / "R225-tried", tmp_path)


@pytest.fixture
def right(root: Path) -> Path:
    return root / "papers/demo/fixtures/right"


def said(root: Path, capsys: pytest.CaptureFixture[str]) -> str:
    main(["check", "--root", str(root)])
    return capsys.readouterr().out


def test_no_digest_depends_on_fixtures(root: Path) -> None:
    before = rubric_tree(Corpus(root).rubric("demo"))
    path = root / "rubrics/demo.yaml"
    path.write_text(path.read_text().replace(", fixtures: {passes: right, fails: wrong}", ""))
    after = rubric_tree(Corpus(root).rubric("demo"))
    assert "fixtures" not in path.read_text()
    assert (leaf_digests(before), rubric_digest(before)) == (leaf_digests(after), rubric_digest(after))
    assert all("fixtures" not in (leaf.check or {}) for _, leaf in leaves(before))


def test_what_a_fixture_holds_is_seen_by_the_cache(
    root: Path, right: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(root, capsys) == ""
    (right / "made/results.csv").write_text("method,loss\nours,0.9\n")
    assert "R227 the check is not met by right (results.csv: 0.9 is not within 0.1 of 0.5)" in said(
        root, capsys
    )
    (right / "made/results.csv").write_text("method,loss\nours,0.5\n")
    (right / "exit_status").unlink()
    assert "reproduce.sh did not end by itself" in said(root, capsys)
    (right / "exit_status").write_text("0\n")
    assert said(root, capsys) == ""


@pytest.mark.parametrize("target", ["made/results.csv", "reproduce.log", "exit_status", "made", "."])
def test_symlinks_are_refused(
    target: str, root: Path, right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(root, capsys) == ""
    place, secret = right / target, tmp_path / "elsewhere"
    shutil.move(place, secret)
    place.symlink_to(secret)
    findings = said(root, capsys).splitlines()
    assert len(findings) == 1
    assert "R229 papers/demo/fixtures/right: " in findings[0]
    assert "is a symlink or no regular file" in findings[0]


def test_large_fixtures_are_refused(root: Path, right: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = right / "made/large.bin"
    large.write_bytes(b"\xff" * MOST_FILE_BYTES)
    assert said(root, capsys) == ""
    large.write_bytes(b"\xff" * (MOST_FILE_BYTES + 1))
    assert "R229 papers/demo/fixtures/right: made/large.bin has more than 1 MiB" in said(root, capsys)
    large.unlink()
    for number in range(4):
        (right / f"made/{number}").write_bytes(b"\xff" * MOST_FILE_BYTES)
    assert "right: it has more than 4 MiB" in said(root, capsys)
    for number in range(MOST_FILES):
        (right / f"made/{number}").write_bytes(b"")
    assert "right: it has more than 200 files" in said(root, capsys)


def test_a_log_may_be_copied_with_its_time_stamps(root: Path, right: Path) -> None:
    (right / "reproduce.log").write_text("[     0.012] loss 0.5\n[    12.000] done\n")
    fixture = read_fixture(DataRoot(root), "demo", "right")
    assert fixture.log == "loss 0.5\ndone\n"


def test_a_path_leads_nowhere_else(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "rubrics/demo.yaml"
    path.write_text(path.read_text().replace("passes: right", "passes: ../../../../etc"))
    main(["check", "--json", "--root", str(root)])
    codes = {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert codes <= {"S107", "R229", "R226", "F615"}
    assert "S107" in codes


def test_checks_of_a_rubric_that_stands_alone_are_counted(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone.yaml"
    shutil.move(root / "rubrics/demo.yaml", alone)
    shutil.rmtree(root / "papers")
    assert main(["check", str(alone)]) == 0
    assert "4 checks not tried on their fixtures" in capsys.readouterr().err


@pytest.mark.parametrize("paper", OWN)
def test_every_check_of_our_own_papers_is_tried(paper: str) -> None:
    rubric = Corpus(CHECKOUT).rubric(paper)
    stack, checks = [rubric.criterion], 0
    while stack:
        criterion = stack.pop()
        stack.extend(criterion.children)
        if criterion.check is not None:
            checks += 1
            assert criterion.check.fixtures is not None, criterion.id
    assert checks > 30
    folder = CHECKOUT / "papers" / paper / "fixtures"
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 150_000
