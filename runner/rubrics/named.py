"""Finds the rubric that a user names: by its paper, or as a file."""

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.corpus import Corpus, rubric_tree
from validators.load import load_document
from validators.models.rubric import Rubric
from validators.tree import Node
from validators.words import advise


@dataclass(frozen=True)
class NamedRubric:
    """A rubric, and what it was called."""

    label: str
    rubric: Rubric

    @property
    def tree(self) -> Node:
        """Its criteria as a plain tree."""
        return rubric_tree(self.rubric)


def load_rubric(path: Path) -> NamedRubric:
    """The rubric in a file, as it stands; raises InvalidDocumentError, and OSError."""
    return NamedRubric(str(path), load_document(path, Rubric))


def named_rubric(name: str, corpus: Corpus | None) -> NamedRubric:
    """The rubric of a file or of a paper; raises PaperbenchError when it is neither."""
    if Path(name).is_file():
        return load_rubric(Path(name))
    if corpus is None:
        raise PaperbenchError(
            f"no file '{name}', and no folder upwards holds papers/ and rubrics/; name the root with --root"
        )
    try:
        return NamedRubric(name, corpus.rubric(name))
    except FileNotFoundError:
        raise PaperbenchError(_missing(name, corpus)) from None


def _missing(name: str, corpus: Corpus) -> str:
    if name in corpus.paper_ids():
        return f"paper '{name}' has no rubric here: rubrics/{name}.yaml is not hydrated or not written yet"
    known = sorted(path.stem for path in (corpus.root / "rubrics").glob("*.yaml") if "." not in path.stem)
    mend = advise(name, known, "give a file, or a paper that rubrics/ holds")
    return f"no rubric '{name}' in {corpus.root / 'rubrics'}; {mend}"
