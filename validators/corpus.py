"""The data root: where papers, rubrics and configs lie, and how to load them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validators.hydration import NotHydratedError
from validators.load import load_document
from validators.models.checks import Check
from validators.models.config import Agent, Run, Site
from validators.models.judge import Judge
from validators.models.paper import Blacklist, Paper, Splits
from validators.models.rubric import Criterion, Rubric
from validators.overlays.loading import load_overlaid
from validators.roots import CONFIGS, OVERLAY, DataRoot
from validators.tree import Node


@dataclass(frozen=True)
class Corpus:
    """One data root; loaders raise InvalidDocumentError, and FileNotFoundError for what is not there.

    A rubric that is not there and could be fetched is a NotHydratedError.
    """

    root: Path

    def paper_folder(self, paper: str) -> Path:
        """The folder of a paper."""
        return self.root / "papers" / paper

    def paper_ids(self) -> list[str]:
        """The ids of all papers, sorted."""
        return sorted(path.parent.name for path in (self.root / "papers").glob("*/paper.yaml"))

    def paper(self, paper: str) -> Paper:
        """A paper's document."""
        return load_document(self.paper_folder(paper) / "paper.yaml", Paper)

    def rubric(self, paper: str) -> Rubric:
        """A paper's rubric, with the edits of its overlay where it has one."""
        overlay = self.overlay_path(paper)
        if not overlay.is_file():
            return self.base_rubric(paper)
        return load_overlaid(self._rubric_path(paper), overlay)

    def base_rubric(self, paper: str) -> Rubric:
        """A paper's rubric without its overlay."""
        return load_document(self._rubric_path(paper), Rubric)

    def overlay_path(self, paper: str) -> Path:
        """Where the overlay of a paper's rubric lies, if it has one."""
        return self.root / "rubrics" / f"{paper}{OVERLAY}"

    def _rubric_path(self, paper: str) -> Path:
        path = self.root / "rubrics" / f"{paper}.yaml"
        if not path.is_file() and not DataRoot(self.root).is_hydrated(paper):
            raise NotHydratedError(paper)
        return path

    def blacklist(self, paper: str) -> Blacklist:
        """A paper's blacklist."""
        return load_document(self.paper_folder(paper) / "blacklist.yaml", Blacklist)

    def splits(self) -> Splits:
        """The splits."""
        return load_document(self.root / "papers" / "splits.yaml", Splits)

    def agent(self, name: str) -> Agent:
        """An agent's config."""
        return load_document(self.root / CONFIGS / "agents" / f"{name}.yaml", Agent)

    def judge(self, name: str) -> Judge:
        """A judge's config."""
        return load_document(self.root / CONFIGS / "judges" / f"{name}.yaml", Judge)

    def site(self, name: str) -> Site:
        """A site's profile."""
        return load_document(self.root / CONFIGS / "sites" / f"{name}.yaml", Site)

    def run(self, path: Path) -> Run:
        """A run's config."""
        return load_document(path, Run)


def rubric_tree(rubric: Rubric) -> Node:
    """The rubric's criteria as a plain tree."""
    return _node(rubric.criterion)


def _node(criterion: Criterion) -> Node:
    return Node(
        id=criterion.id,
        requirement=criterion.requirement,
        weight=criterion.weight,
        category=criterion.category,
        facet=criterion.facet,
        check=_check(criterion.check) if criterion.check else None,
        children=tuple(map(_node, criterion.children)),
    )


def _check(check: Check) -> dict[str, Any]:
    # Fixtures show that a check works; no verdict depends on them, so no digest may.
    return check.model_dump(mode="json", exclude_defaults=True, exclude={"fixtures"})
