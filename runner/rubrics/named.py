"""Finds the rubric that a user names: by its paper, or as a file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.errors import PaperbenchError
from validators.corpus import Corpus, rubric_tree
from validators.findings import InvalidDocumentError
from validators.load import to_model
from validators.models.rubric import Rubric
from validators.overlays.loading import overlaid
from validators.report import shown
from validators.roots import OVERLAY
from validators.tree import Node
from validators.words import advise
from validators.yaml_reader import Parsed, parse_yaml, read_yaml


@dataclass(frozen=True)
class NamedRubric:
    """A rubric, what it was called, and by kind the plain data of what it was made of, where asked for."""

    label: str
    rubric: Rubric
    documents: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tree(self) -> Node:
        """Its criteria as a plain tree."""
        return rubric_tree(self.rubric)


def load_rubric(path: Path) -> NamedRubric:
    """The rubric in a file, as it stands; that of an overlay is the rubric beside it with its edits.

    Raises InvalidDocumentError, and OSError.
    """
    if not path.name.endswith(OVERLAY):
        return _named(str(path), (shown(path), read_yaml(path, shown(path))))
    base = _below(path)
    if not base.is_file():
        raise PaperbenchError(f"{path} is laid over {base}, which is not here; hydrate it first")
    pair = ((shown(one), read_yaml(one, shown(one))) for one in (base, path))
    return _named(str(path), *pair)


def _below(overlay: Path) -> Path:
    """The rubric that an overlay is laid over."""
    return overlay.with_name(overlay.name.removesuffix(OVERLAY) + ".yaml")


def read_rubric(name: str, text: bytes, overlay_name: str, overlay: bytes | None) -> NamedRubric:
    """The rubric in a text, with the edits of an overlay if there is one; raises InvalidDocumentError."""
    base = name, _parsed(text, name)
    if overlay is None:
        return _named(name, base)
    return _named(overlay_name, base, (overlay_name, _parsed(overlay, overlay_name)))


def _named(label: str, base: tuple[str, Parsed], overlay: tuple[str, Parsed] | None = None) -> NamedRubric:
    """The rubric of what has been read, each with its name; raises InvalidDocumentError."""
    name, parsed = base
    if overlay is None:
        return NamedRubric(label, to_model(parsed, Rubric, name), {"rubric/v1": parsed.data})
    overlay_name, edits = overlay
    rubric = overlaid(parsed, name, edits, overlay_name)
    return NamedRubric(label, rubric, {"rubric/v1": parsed.data, "overlay/v1": edits.data})


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
    mend = advise(name, rubric_papers(corpus.root), "give a file, or a paper that rubrics/ holds")
    return f"no rubric '{name}' in {corpus.root / 'rubrics'}; {mend}"


def rubric_papers(root: Path) -> list[str]:
    """The papers whose rubrics are here, sorted."""
    names = (path.name for path in (root / "rubrics").glob("*.yaml"))
    return sorted(name.removesuffix(".yaml") for name in names if not name.endswith(OVERLAY))
