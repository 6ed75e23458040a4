"""Documents by name, with one clear line for a name that does not exist."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from runner.errors import PaperbenchError
from validators.corpus import Corpus
from validators.hydration import NotHydratedError
from validators.models.config import Agent, Run, Site
from validators.models.judge import Judge
from validators.roots import CONFIGS, DataRoot

Document = TypeVar("Document")


def unknown(what: str, name: str, have: Iterable[str], where: str) -> PaperbenchError:
    """The error for a name that is not there, with what is."""
    names = sorted(have)
    close = get_close_matches(name, names, 1)
    hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(names) or 'none'}"
    return PaperbenchError(f"unknown {what} '{name}' in {where}; {hint}")


def _load(corpus: Corpus, what: str, name: str, where: str, load: Callable[[str], Document]) -> Document:
    folder = corpus.root / CONFIGS / f"{what}s"
    if not (folder / f"{name}.yaml").is_file():
        raise unknown(what, name, (path.stem for path in folder.glob("*.yaml")), where)
    return load(name)


def agent(corpus: Corpus, name: str, where: str) -> Agent:
    """An agent's config."""
    return _load(corpus, "agent", name, where, corpus.agent)


def judge(corpus: Corpus, name: str, where: str) -> Judge:
    """A judge's config."""
    return _load(corpus, "judge", name, where, corpus.judge)


def site(corpus: Corpus, name: str, where: str) -> Site:
    """A site's profile."""
    return _load(corpus, "site", name, where, corpus.site)


def papers(corpus: Corpus, run: Run, where: str) -> tuple[str, ...]:
    """The ids of the run's papers, from its list or its split."""
    if (run.papers is None) == (run.split is None):
        raise PaperbenchError(f"{where} names papers and split, or neither; give exactly one of them")
    chosen = run.papers if run.papers is not None else _split(corpus, run.split or "", where)
    if not chosen:
        raise PaperbenchError(f"{where} names no paper; list at least one")
    have = corpus.paper_ids()
    for paper in chosen:
        if paper not in have:
            raise unknown("paper", paper, have, where)
    if len(set(chosen)) < len(chosen):
        raise PaperbenchError(f"{where} names a paper twice; remove one")
    refuse_not_hydrated(corpus, chosen)
    return tuple(sorted(chosen))


def refuse_not_hydrated(corpus: Corpus, papers: Iterable[str]) -> None:
    """Raise NotHydratedError naming the papers of which something is still to be fetched."""
    root = DataRoot(corpus.root)
    lacking = [paper for paper in papers if not root.is_hydrated(paper)]
    if lacking:
        raise NotHydratedError(*lacking)


def _split(corpus: Corpus, name: str, where: str) -> tuple[str, ...]:
    splits = corpus.splits().splits if (corpus.root / "papers" / "splits.yaml").is_file() else {}
    if name not in splits:
        raise unknown("split", name, splits, where)
    return splits[name]


def shown(corpus: Corpus, path: Path) -> str:
    """A path as the plan keeps it: from the data root where it lies inside."""
    resolved, root = path.resolve(), corpus.root.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(resolved)
