"""Fetches what a paper.yaml pins of upstream, proves it, and puts a paper's files in place together."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from runner.durable import alone_in, write_atomic
from runner.errors import PaperbenchError
from runner.network import MissingError
from runner.upstream.origins import Origin
from runner.upstream.rubric_file import rubric_file
from runner.words import counted
from validators.corpus import Corpus
from validators.digest import sha256_bytes, sha256_file
from validators.findings import InvalidDocumentError
from validators.hydration import RUBRIC, fetchable
from validators.load import to_model
from validators.models.paper import Paper, Source
from validators.models.rubric import Rubric
from validators.overlays.base import beyond_upstream
from validators.roots import OVERLAY, DataRoot
from validators.upstream_json import rubric_json
from validators.writing import fsync_folder
from validators.yaml_reader import parse_yaml

STAGING = ".hydrating"
Wanted = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Hydrated:
    """What happened to one paper; files and bytes are those put in place."""

    paper: str
    state: str
    files: int
    bytes: int


def pinned_papers(corpus: Corpus) -> list[str]:
    """The papers that pin something to fetch, and those of which nobody can tell."""
    return [paper for paper in corpus.paper_ids() if _may_pin(corpus, paper)]


def _may_pin(corpus: Corpus, paper: str) -> bool:
    try:
        return bool(wanted_of(corpus.paper(paper)))
    except (InvalidDocumentError, OSError):
        return True


def wanted_of(paper: Paper) -> Wanted:
    """What the paper pins, by its place from the data root."""
    return fetchable(paper.model_dump(mode="json", by_alias=True))


def hydrate(corpus: Corpus, name: str, origin: Origin, *, force: bool) -> Hydrated:
    """Bring the paper's files here; all of them prove right before any is put in place.

    Raises PaperbenchError naming every file that is not what the paper pins. What was fetched and proven
    stays under a hidden name until all of it is there, so that a second try goes on from it.
    """
    paper = corpus.paper(name)
    wanted = wanted_of(paper)
    if paper.source is None or not wanted:
        raise PaperbenchError(f"paper '{name}' pins no source; there is nothing to hydrate")
    folder = corpus.paper_folder(name)
    with alone_in(folder):
        missing = {
            place: pin for place, pin in wanted.items() if not _is_here(corpus, name, place, pin, force=force)
        }
        size = _bring(corpus.root, paper.id, paper.source, missing, origin) if missing else 0
        shutil.rmtree(folder / STAGING, ignore_errors=True)
    return Hydrated(name, "hydrated" if missing else "unchanged", len(missing), size)


def _is_here(corpus: Corpus, name: str, place: str, pin: tuple[str, str], *, force: bool) -> bool:
    """Whether the pinned content is in place; raises PaperbenchError for other content, unless forced.

    Forced, a rubric that says the same in another way is other content too.
    """
    path, (file, sha256) = corpus.root / place, pin
    if not path.exists():
        return False
    if file == RUBRIC:
        same = _holds_rubric(path, corpus.root, name, sha256, exactly=force)
    else:
        same = sha256_file(path) == sha256
    if not same and not force:
        mend = f"keep changes in rubrics/{name}{OVERLAY}, " if file == RUBRIC else ""
        raise PaperbenchError(f"{path} is there and is not upstream's; {mend}or replace it with --force")
    return same


def _holds_rubric(path: Path, root: Path, name: str, sha256: str, *, exactly: bool) -> bool:
    """Whether the file says what upstream's rubric does and no more; exactly: byte by byte as we write it."""
    try:
        criterion = DataRoot(root).data(path)["criterion"]
        content = rubric_json(criterion)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    if sha256_bytes(content) != sha256 or any(beyond_upstream(criterion)):
        return False
    return not exactly or path.read_bytes() == rubric_file(name, content.decode(), str(path))


def _bring(root: Path, name: str, source: Source, missing: Wanted, origin: Origin) -> int:
    staging = root / "papers" / name / STAGING
    _stage(staging, name, source, missing, origin)
    staged = {place: staging / file for place, (file, _) in missing.items()}
    for place, (file, _) in missing.items():
        if file == RUBRIC:
            staged[place] = _converted(staged[place], name)
    size = sum(path.stat().st_size for path in staged.values())
    for place, path in staged.items():
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        fsync_folder(target.parent)
    return size


def _stage(staging: Path, name: str, source: Source, missing: Wanted, origin: Origin) -> None:
    """Every missing file, proven, in the staging folder; raises PaperbenchError with all differences."""
    differing = []
    for file, sha256 in missing.values():
        path = staging / file
        if path.is_file() and sha256_file(path) == sha256:
            continue
        try:
            content = origin.read(source, file)
        except MissingError as error:
            differing.append(str(error))
            continue
        found = sha256_bytes(content)
        if found != sha256:
            differing.append(f"{file} has sha256 {found}, and {sha256} is pinned")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content)
    if differing:
        count = counted(len(differing), "file")
        raise PaperbenchError(
            f"{name} is not hydrated, {count} not as pinned: {'; '.join(differing)}; give another --from"
        )


def _converted(path: Path, name: str) -> Path:
    """The staged rubric.json as our file beside it, proven to be readable."""
    try:
        content = rubric_file(name, path.read_text(encoding="utf-8"), str(path))
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise PaperbenchError(f"{path} is no Unicode text ({error.reason}); pin another") from None
    to_model(parse_yaml(content.decode(), name), Rubric, f"{name}: {RUBRIC}")
    made = path.with_name(f"{name}.yaml")
    write_atomic(made, content)
    return made
