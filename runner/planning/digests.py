"""Digests of what a plan rests on: papers, blacklists, agents, submissions."""

import os
from collections.abc import Set as AbstractSet
from pathlib import Path

from runner.copying import LONGEST_PATH
from runner.errors import PaperbenchError
from runner.manifest import Entry, scan, submission_digest
from validators.corpus import Corpus
from validators.digest import digest_json, sha256_file
from validators.hydration import NotHydratedError
from validators.models.base import Model
from validators.roots import DataRoot

# Whether paper.yaml lists them or not.
READ_BY_JUDGES = ("paper.md", "addendum.md", "judge-addendum.md")
_POINTER = b"version https://git-lfs"


def paper_digest(corpus: Corpus, paper: str) -> str:
    """The digest of a paper's files and of what paper.yaml says about an attempt; raises PaperbenchError."""
    document = corpus.paper(paper)
    folder = corpus.paper_folder(paper)
    files = []
    for pinned in document.files:
        path = folder / pinned.path
        if not path.is_file():
            if not DataRoot(corpus.root).is_hydrated(paper):
                raise NotHydratedError(paper)
            raise PaperbenchError(f"{path} is missing; restore it, or mend files in paper.yaml")
        digest = sha256_file(path)
        if digest != pinned.sha256:
            raise PaperbenchError(f"{path} {_why_other(path)}")
        files.append([pinned.path, digest])
    pinned_paths = {path for path, _ in files}
    files += [[name, sha256_file(folder / name)] for name in _unpinned(folder, pinned_paths)]
    facts = {"id": document.id, "revision": document.revision, "needs": plain(document.needs)}
    return digest_json({"files": sorted(files), "facts": facts})


def _unpinned(folder: Path, pinned: AbstractSet[str]) -> list[str]:
    return [name for name in READ_BY_JUDGES if name not in pinned and (folder / name).is_file()]


def _why_other(path: Path) -> str:
    with path.open("rb") as stream:
        if stream.read(len(_POINTER)) == _POINTER:
            return "is a Git-LFS pointer instead of the file; fetch it with 'git lfs pull'"
    return (
        "does not have the sha256 that paper.yaml pins; restore it, or pin the new one and raise the revision"
    )


def plain(document: Model) -> object:
    """A document as JSON data."""
    return document.model_dump(mode="json", by_alias=True)


def document_digest(document: Model) -> str:
    """The digest of everything a document says."""
    return digest_json(plain(document))


def scan_submission(folder: Path) -> tuple[Entry, ...]:
    """A submission's manifest; raises PaperbenchError for what cannot be read."""
    try:
        entries = scan(folder.resolve())
    except OSError as error:
        raise PaperbenchError(
            f"{error.filename or folder}: {error.strerror}; make the submission readable"
        ) from None
    if any(len(os.fsencode(entry.path)) > LONGEST_PATH for entry in entries):
        raise PaperbenchError(f"{folder} holds paths of more than {LONGEST_PATH} bytes; shorten them")
    return entries


def folder_digest(source: Path) -> str:
    """The digest of what is handed in: a folder's is that of its files, a tar file's the sha256 of its bytes.

    So that an archive is planned without unpacking it. What it held is told by its rollout's outcome.
    """
    if source.is_file():
        return sha256_file(source)
    return submission_digest(scan_submission(source))
