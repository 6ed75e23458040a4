"""Rules about papers, and about how papers, rubrics and splits belong together."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.hydration import fetchable
from validators.roots import DataRoot
from validators.words import advise, shown

_TEXTS = ("paper.md", "addendum.md", "judge-addendum.md")


def folder_is_id(document: Document) -> Iterator[Fault]:
    """A paper's folder has the paper's id for its name.

    Why: runs, rubrics and boards find a paper by its id alone.
    Mend: rename the folder or change the id.
    Example:
        papers/heavy-ball/paper.yaml:  id: heavyball
    """
    folder = document.path.parent.name
    if document.placed and document.data.get("id") != folder:
        yield Fault(
            ("id",), f"id {shown(document.data.get('id'))} is not its folder's name; write '{folder}'"
        )


def rubric_is_there(document: Document) -> Iterator[Fault]:
    """A paper has a rubric: the file that its `rubric` names, or one that can be fetched.

    Why: without one no attempt at the paper can be scored.
    Mend: write rubrics/<id>.yaml (spec/v1/examples/rubric.yaml is a template), or mend the path.
    Example:
        rubric: rubrics/heavy-bal.yaml
    """
    if document.root is None or not isinstance(rubric := document.data.get("rubric"), str):
        return
    if not document.root.is_file(document.root.path / rubric):
        if rubric not in fetchable(document.data):
            yield Fault(("rubric",), f"rubric {shown(rubric)} is not there; write it, or mend the path")
    elif rubric != (own := f"rubrics/{document.data.get('id')}.yaml"):
        yield Fault(("rubric",), f"rubric {shown(rubric)} is another paper's; write '{own}'")


def paper_is_there(document: Document) -> Iterator[Fault]:
    """A rubric, and an overlay, belongs to a paper.

    Why: a rubric alone is never run.
    Mend: add papers/<id>/paper.yaml, or mend `paper`.
    Example:
        rubrics/heavy-ball.yaml:  paper: heavy-bal
    """
    if document.root is None:
        return
    paper, known = document.data.get("paper"), document.root.paper_ids()
    if isinstance(paper, str) and paper not in known:
        mend = advise(paper, known, f"add papers/{paper}/paper.yaml")
        yield Fault(("paper",), f"paper {shown(paper)} does not exist; {mend}")


def rubric_file_is_id(document: Document) -> Iterator[Fault]:
    """A rubric's file has its paper's id for its name.

    Why: the rubric of a paper is looked for under rubrics/<id>.yaml and nowhere else.
    Mend: rename the file or change `paper`.
    Example:
        rubrics/heavyball.yaml:  paper: heavy-ball
    """
    stem, paper = document.path.stem, document.data.get("paper")
    if document.placed and stem != paper:
        yield Fault(
            ("paper",), f"paper {shown(paper)} is not its file's name; write '{stem}', or rename the file"
        )


def _files(document: Document) -> Iterator[tuple[int, str, Any]]:
    for number, entry in enumerate(document.data.get("files") or ()):
        name = entry.get("path")
        if isinstance(name, str):
            yield number, name, entry.get("sha256")


def _root(document: Document) -> DataRoot | None:
    return document.root if document.placed else None


def listed_file_is_there(document: Document) -> Iterator[Fault]:
    """A file that the paper lists lies in its folder, or can be fetched.

    Why: agents and judges are given these files; a missing one changes the task.
    Mend: add the file, or take it off the list.
    Example:
        files: [{path: papr.md, sha256: ...}]
    """
    root, fetched = _root(document), fetchable(document.data)
    for number, name, _ in _files(document):
        if root is None or f"papers/{document.data.get('id')}/{name}" in fetched:
            continue
        if not root.is_file(document.path.parent / name):
            yield Fault(
                ("files", number, "path"), f"file {shown(name)} is not there; add it, or take it off the list"
            )


def listed_file_has_digest(document: Document) -> Iterator[Fault]:
    """A listed file is the one that was listed: its sha256 agrees.

    Why: scores are compared only between attempts at the same text; an edit must be seen.
    Mend: let `paperbench check --fix-digests` write the new sha256, and raise `revision` if attempts were
    given the old text; or restore the file.
    Example:
        files: [{path: paper.md, sha256: 00...00}]
    """
    root = _root(document)
    for number, name, digest in _files(document):
        found = root.digest(document.path.parent / name) if root is not None else None
        if found is not None and found != digest:
            message = f"file {shown(name)} has sha256 {found}; 'paperbench check --fix-digests' writes it"
            mend = "if attempts were given the old text, raise revision too; or restore the file"
            yield Fault(("files", number, "sha256"), f"{message} ({mend})")


def text_is_listed(document: Document) -> Iterator[Fault]:
    """The texts in a paper's folder stand in its `files`.

    Why: an unlisted addendum is given to nobody and pinned by nothing.
    Mend: list it with its sha256, or remove it.
    Example:
        papers/heavy-ball/addendum.md exists, and files: lists paper.md alone
    """
    root = _root(document)
    if root is None or not isinstance(document.data.get("files"), list):
        return
    names = {name for _, name, _ in _files(document)}
    for name in _TEXTS:
        if name not in names and root.is_file(document.path.parent / name):
            yield Fault(("files",), f"'{name}' is in the folder but not in files; list it", at_key=True)


def blacklist_is_there(document: Document) -> Iterator[Fault]:
    """A paper has a blacklist: the file that its `blacklist` names.

    Why: nobody can tell a forgotten blacklist from an empty one; `entries: []` says that there is nothing
    to forbid.
    Mend: write blacklist.yaml (spec/v1/examples/blacklist.yaml is a template), or mend the path.
    Example:
        blacklist: black-list.yaml
    """
    name = document.data.get("blacklist", "blacklist.yaml")
    root = _root(document)
    if root is not None and isinstance(name, str) and not root.is_file(document.path.parent / name):
        where = ("blacklist",) if "blacklist" in document.data else ()
        yield Fault(
            where, f"blacklist {shown(name)} is not there; write it, with 'entries: []' if there is nothing"
        )


def split_names_papers(document: Document) -> Iterator[Fault]:
    """A split lists papers that exist or are declared absent, each once.

    Why: a run over the split would stop at the missing one, and count a repeated one twice.
    Mend: correct the id, add the paper, or list it under `absent` when it is kept elsewhere on purpose.
    Example:
        splits: {small: [heavy-ball, heavy-ball]}
    """
    known = document.root.paper_ids() if document.root is not None else None
    absent = document.data.get("absent", ())
    for split, papers in document.data["splits"].items():
        for number, paper in enumerate(papers):
            where = ("splits", split, number)
            if paper in papers[:number]:
                yield Fault(where, f"paper {shown(paper)} stands twice in split '{split}'; remove one")
            elif known is not None and paper not in known and paper not in absent:
                mend = advise(paper, known, f"add papers/{paper}/paper.yaml")
                yield Fault(where, f"paper {shown(paper)} does not exist; {mend}")
    for number, paper in enumerate(absent):
        if paper in (known or ()):
            yield Fault(("absent", number), f"paper {shown(paper)} is here; take it off the absent ones")
