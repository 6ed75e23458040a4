"""Finds the rubric that a user names: by its paper, or as a file."""

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.corpus import Corpus, rubric_tree
from validators.load import load_document, to_model
from validators.models.rubric import Rubric
from validators.overlaid import load_overlaid, overlaid
from validators.tree import Node
from validators.words import advise
from validators.yaml_reader import Parsed, parse_yaml

OVERLAY = ".patch.yaml"


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
    """The rubric in a file, as it stands; that of an overlay is the rubric beside it with its edits.

    Raises InvalidDocumentError, and OSError.
    """
    if not path.name.endswith(OVERLAY):
        return NamedRubric(str(path), load_document(path, Rubric))
    base = path.with_name(path.name.removesuffix(OVERLAY) + ".yaml")
    if not base.is_file():
        raise PaperbenchError(f"{path} is laid over {base}, which is not here; hydrate it first")
    return NamedRubric(str(path), load_overlaid(base, path))


def read_rubric(name: str, text: bytes, overlay_name: str, overlay: bytes | None) -> NamedRubric:
    """The rubric in a text, with the edits of an overlay if there is one; raises InvalidDocumentError."""
    base = _parsed(text, name)
    if overlay is None:
        return NamedRubric(name, to_model(base, Rubric, name))
    edits = _parsed(overlay, overlay_name)
    return NamedRubric(overlay_name, overlaid(base, name, edits, overlay_name))


def _parsed(data: bytes, name: str) -> Parsed:
    try:
        return parse_yaml(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise PaperbenchError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


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
        return f"no rubrics/{name}.yaml here; fetch it with 'paperbench hydrate {name}', or write it"
    known = sorted(path.stem for path in (corpus.root / "rubrics").glob("*.yaml") if "." not in path.stem)
    mend = advise(name, known, "give a file, or a paper that rubrics/ holds")
    return f"no rubric '{name}' in {corpus.root / 'rubrics'}; {mend}"
