"""Which rubrics to compare: those of two files, or those that git says have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError, UsageError
from runner.rubrics.named import NamedRubric, load_rubric, read_rubric
from runner.rubrics.revisions import Repository, repository
from validators.findings import InvalidDocumentError
from validators.revising import revision_fault
from validators.roots import OVERLAY
from validators.words import advise

WORKING_TREE = "working tree"


@dataclass(frozen=True)
class Versions:
    """A paper's rubric before and after; None where it was not there."""

    paper: str
    old: NamedRubric | None
    new: NamedRubric | None

    @property
    def warning(self) -> str | None:
        """What R205 says of the revisions of what is there on both sides, first of the rubric's."""
        if self.old is None or self.new is None:
            return None
        for kind, before in self.old.documents.items():
            after = self.new.documents.get(kind)
            if after is not None and (fault := revision_fault(kind, before, after, self.old.label)):
                return fault.message
        return None


@dataclass(frozen=True)
class Compared:
    """What is compared: the names of both sides, rubrics of both, and papers that cannot be, with why.

    faulty: whether something of what is left out is to be mended.
    """

    old: str
    new: str
    versions: tuple[Versions, ...]
    left_out: tuple[str, ...] = ()
    faulty: bool = False


def of_files(old: str, new: str) -> Compared:
    """Two files; raises PaperbenchError, and InvalidDocumentError."""
    for name in (old, new):
        if not Path(name).is_file():
            raise PaperbenchError(f"{name} is no file; give two files, or one revision such as main..HEAD")
    before, after = load_rubric(Path(old)), load_rubric(Path(new))
    papers = before.rubric.paper, after.rubric.paper
    if papers[0] != papers[1]:
        of = f"{old} is of paper '{papers[0]}', {new} of '{papers[1]}'"
        raise UsageError(f"{of}; give two versions of one paper's rubric")
    return Compared(old, new, (Versions(after.rubric.paper, before, after),))


def of_revisions(root: Path, revisions: str, papers: Sequence[str]) -> Compared:
    """The rubrics that differ between two revisions, or one and the working tree; raises PaperbenchError."""
    git = repository(root)
    old, new = _ends(git, revisions)
    names = git.changed(old.commit or "HEAD", new.commit, "rubrics")
    changed = sorted({_paper(name) for name in map(Path, names) if _is_rubric(name)})
    _refuse_unknown(root, papers, changed)
    found: list[Versions] = []
    left_out: list[str] = []
    faulty = False
    for paper in changed:
        if papers and paper not in papers:
            continue
        try:
            base = _hydrated(root, paper, (old, new))
            versions = Versions(paper, old.rubric(paper, base), new.rubric(paper, base))
        except (InvalidDocumentError, PaperbenchError) as error:
            left_out.append(f"{paper} is not compared: {_first(error)}")
            faulty = True
            continue
        if versions.old or versions.new:
            found.append(versions)
        else:
            left_out.append(f"{paper}: its overlay changed and its rubric is not hydrated")
    return Compared(old.label, new.label, tuple(found), tuple(left_out), faulty)


def _is_rubric(path: Path) -> bool:
    return path.parent == Path("rubrics") and path.suffix == ".yaml"


def _first(error: Exception) -> str:
    """The first fault, and how many there are besides."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others):,} more)" if others else first


@dataclass(frozen=True)
class _End:
    """One end of a comparison: a commit, or the working tree where commit is None."""

    git: Repository
    label: str
    commit: str | None

    def text(self, name: str) -> bytes | None:
        if self.commit is not None:
            return self.git.text(self.commit, name)
        path = self.git.folder / name
        return path.read_bytes() if path.is_file() else None

    def rubric(self, paper: str, base: bytes | None) -> NamedRubric | None:
        """The paper's rubric at this end, with its overlay; base is what stands for one that git ignores."""
        text = self.text(f"rubrics/{paper}.yaml") if base is None else base
        if text is None:
            return None
        name = f"{self.label}:rubrics/{paper}"
        overlay = self.text(f"rubrics/{paper}{OVERLAY}")
        return read_rubric(f"{name}.yaml", text, f"{name}{OVERLAY}", overlay)


def _ends(git: Repository, revisions: str) -> tuple[_End, _End]:
    for dots in ("...", ".."):
        if dots in revisions:
            old, new = (part or "HEAD" for part in revisions.split(dots, 1))
            start = git.merge_base(old, new) if dots == "..." else git.commit(old)
            return _End(git, old, start), _End(git, new, git.commit(new))
    return _End(git, revisions, git.commit(revisions)), _End(git, WORKING_TREE, None)


def _paper(path: Path) -> str:
    return path.name.removesuffix(OVERLAY).removesuffix(".yaml")


def _hydrated(root: Path, paper: str, ends: tuple[_End, _End]) -> bytes | None:
    """The rubric that git ignores, which overlays of any revision are laid over; None where git has it."""
    name = f"rubrics/{paper}.yaml"
    kept = any(end.commit is not None and end.text(name) is not None for end in ends)
    overlaid = any(end.text(f"rubrics/{paper}{OVERLAY}") is not None for end in ends)
    path = root / name
    return path.read_bytes() if overlaid and not kept and path.is_file() else None


def _refuse_unknown(root: Path, papers: Sequence[str], changed: Sequence[str]) -> None:
    known = {*changed, *(_paper(path) for path in (root / "rubrics").glob("*.yaml"))}
    for paper in papers:
        if paper not in known:
            mend = advise(paper, known, "name papers after one revision or range, such as main..HEAD")
            raise PaperbenchError(f"no rubric '{paper}' in {root / 'rubrics'}; {mend}")
