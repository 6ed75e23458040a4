"""Our own papers: rubrics that hold, quotes that stand, digests and answers that are current."""

from collections import Counter

import pytest

from tests.papers.refresh_answers import ANSWERS, ROOT, lines
from validators.corpus import Corpus, rubric_tree
from validators.digest import sha256_file
from validators.models.rubric import Criterion
from validators.tree import effective_weights, leaves

CORPUS = Corpus(ROOT)
PAPERS = CORPUS.splits().splits["own"]
CATEGORIES = {"Code Development", "Code Execution", "Result Analysis"}


def _leaves(criterion: Criterion) -> list[Criterion]:
    return [leaf for child in criterion.children for leaf in _leaves(child)] or [criterion]


def _words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("paper", PAPERS)
def test_the_rubric_has_the_size_and_shape_that_papers_need(paper: str) -> None:
    found = list(leaves(rubric_tree(CORPUS.rubric(paper))))
    checked = sum(leaf.check is not None for _, leaf in found) / len(found)
    print(
        f"{paper}: {len(found)} leaves, {checked:.0%} checks, {Counter(leaf.category for _, leaf in found)}"
    )
    assert 25 <= len(found) <= 60
    assert {leaf.category for _, leaf in found} == CATEGORIES
    assert max(path.count("/") for path, _ in found) >= 3
    assert len({leaf.weight for _, leaf in found}) > 1
    assert 0.6 <= checked <= 0.75


@pytest.mark.parametrize("paper", PAPERS)
def test_every_quote_stands_under_its_heading(paper: str) -> None:
    sections: dict[str, str] = {}
    heading = ""
    for line in (CORPUS.paper_folder(paper) / "paper.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        sections[heading] = f"{sections.get(heading, '')} {line}"
    for leaf in _leaves(CORPUS.rubric(paper).criterion):
        assert leaf.facet is not None
        assert leaf.rationale is not None
        assert leaf.rationale.section in sections, leaf.id
        assert _words(leaf.rationale.quote) in _words(sections[leaf.rationale.section]), leaf.id


@pytest.mark.parametrize("paper", PAPERS)
def test_the_paper_is_as_long_as_a_short_paper(paper: str) -> None:
    words = (CORPUS.paper_folder(paper) / "paper.md").read_text(encoding="utf-8").split()
    assert 1300 <= len(words) <= 2200


@pytest.mark.parametrize("paper", PAPERS)
def test_the_pinned_files_are_current(paper: str) -> None:
    pinned = CORPUS.paper(paper).files
    assert {"paper.md", "addendum.md"} <= {file.path for file in pinned}
    for file in pinned:
        assert sha256_file(CORPUS.paper_folder(paper) / file.path) == file.sha256, file.path


@pytest.mark.parametrize("paper", PAPERS)
def test_the_weights_add_up_to_one(paper: str) -> None:
    root = rubric_tree(CORPUS.rubric(paper))
    assert sum(effective_weights(root, "full", "paper-2025").values()) == pytest.approx(1.0, abs=1e-12)


def test_the_recorded_answers_are_current() -> None:
    current = "".join(f"{line}\n" for line in lines())
    assert ANSWERS.read_text(encoding="utf-8") == current, "run: python -m tests.papers.refresh_answers"
