"""Finds the rubric that a user names: by its paper, or as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.corpus import Corpus, rubric_tree
from validators.findings import InvalidDocumentError
from validators.load import load_document, to_model
from validators.models.rubric import Rubric
from validators.overlaid import load_overlaid, overlaid
from validators.report import shown
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
    base = _below(path)
    if not base.is_file():
        raise PaperbenchError(f"{path} is laid over {base}, which is not here; hydrate it first")
    return NamedRubric(str(path), load_overlaid(base, path))


def _below(overlay: Path) -> Path:
    """The rubric that an overlay is laid over."""
    return overlay.with_name(overlay.name.removesuffix(OVERLAY) + ".yaml")


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
        with _saying_what_is_below(Path(name)):
            return load_rubric(Path(name))
    if corpus is None:
        raise PaperbenchError(
            f"no file '{name}', and no folder upwards holds papers/ and rubrics/; name the root with --root"
        )
    try:
        with _saying_what_is_below(corpus.overlay_path(name)):
            return NamedRubric(name, corpus.rubric(name))
    except FileNotFoundError:
        raise PaperbenchError(_missing(name, corpus)) from None


@contextmanager
def _saying_what_is_below(overlay: Path) -> Iterator[None]:
    """Add to what is wrong with an overlay how to see the rubric without it."""
    try:
        yield
    except InvalidDocumentError as error:
        if overlay.name.endswith(OVERLAY) and any(one.file == shown(overlay) for one in error.findings):
            base = shown(_below(overlay))
            error.add_note(f"the rubric without this overlay: paperbench rubric tree {base}")
        raise


def _missing(name: str, corpus: Corpus) -> str:
    if name in corpus.paper_ids():
        return f"no rubrics/{name}.yaml here; fetch it with 'paperbench hydrate {name}', or write it"
    known = sorted(path.stem for path in (corpus.root / "rubrics").glob("*.yaml") if "." not in path.stem)
    mend = advise(name, known, "give a file, or a paper that rubrics/ holds")
    return f"no rubric '{name}' in {corpus.root / 'rubrics'}; {mend}"
