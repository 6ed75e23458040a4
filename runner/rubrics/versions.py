"""Which rubrics to compare: those of two files, or those that git says have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from runner.rubrics.named import OVERLAY, NamedRubric, load_rubric, read_rubric
from runner.rubrics.revisions import Repository, repository
from validators.words import advise

WORKING_TREE = "working tree"


@dataclass(frozen=True)
class Versions:
    """A paper's rubric before and after; None where it was not there."""

    paper: str
    old: NamedRubric | None
    new: NamedRubric | None


@dataclass(frozen=True)
class Compared:
    """What is compared: the names of both sides, rubrics of both, and papers that cannot be, with why."""

    old: str
    new: str
    versions: tuple[Versions, ...]
    left_out: tuple[str, ...] = ()


def of_files(old: str, new: str) -> Compared:
    """Two files; raises PaperbenchError, and InvalidDocumentError."""
    for name in (old, new):
        if not Path(name).is_file():
            raise PaperbenchError(f"{name} is no file; give two files, or one revision such as main..HEAD")
    before, after = load_rubric(Path(old)), load_rubric(Path(new))
    return Compared(old, new, (Versions(after.rubric.paper, before, after),))


def of_revisions(root: Path, revisions: str, papers: Sequence[str]) -> Compared:
    """The rubrics that differ between two revisions, or one and the working tree; raises PaperbenchError."""
    git = repository(root)
    old, new = _ends(git, revisions)
    names = [Path(name).name for name in git.changed(old.commit or "HEAD", new.commit, "rubrics")]
    changed = sorted({_paper(name) for name in names if name.endswith(".yaml")})
    _refuse_unknown(root, papers, changed)
    found: list[Versions] = []
    left_out: list[str] = []
    for paper in changed:
        if papers and paper not in papers:
            continue
        base = _hydrated(root, paper, (old, new))
        versions = Versions(paper, old.rubric(paper, base), new.rubric(paper, base))
        if versions.old or versions.new:
            found.append(versions)
        else:
            left_out.append(f"{paper}: its overlay changed and its rubric is not hydrated")
    return Compared(old.label, new.label, tuple(found), tuple(left_out))


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


def _paper(name: str) -> str:
    return name.removesuffix(OVERLAY).removesuffix(".yaml")


def _hydrated(root: Path, paper: str, ends: tuple[_End, _End]) -> bytes | None:
    """The rubric that git ignores, which overlays of any revision are laid over; None where git has it."""
    name = f"rubrics/{paper}.yaml"
    kept = any(end.commit is not None and end.text(name) is not None for end in ends)
    overlaid = any(end.text(f"rubrics/{paper}{OVERLAY}") is not None for end in ends)
    path = root / name
    return path.read_bytes() if overlaid and not kept and path.is_file() else None


def _refuse_unknown(root: Path, papers: Sequence[str], changed: Sequence[str]) -> None:
    known = {*changed, *(_paper(path.name) for path in (root / "rubrics").glob("*.yaml"))}
    for paper in papers:
        if paper not in known:
            mend = advise(paper, known, "name papers after one revision or range, such as main..HEAD")
            raise PaperbenchError(f"no rubric '{paper}' in {root / 'rubrics'}; {mend}")
