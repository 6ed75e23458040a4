"""Rules about run configs and what they name: papers, splits, agents, judges and sites."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.rules.names import (
    known_configs,
    known_papers,
    named_config,
    unknown_name,
    well_shaped,
)
from validators.words import advise, shown


def _splits(document: Document) -> dict[str, list[str]]:
    root = document.root
    if root is None:
        return {}
    splits: dict[str, list[str]] = well_shaped(root, root.path / "papers" / "splits.yaml", "splits/v1").get(
        "splits", {}
    )
    return splits


def papers_of_run(document: Document) -> list[str]:
    """The papers that the run names itself or by its split; none where that cannot be told."""
    papers = document.data.get("papers")
    return papers if papers is not None else _splits(document).get(str(document.data.get("split")), [])


def run_papers_exist(document: Document) -> Iterator[Fault]:
    """A run names papers that exist, each once.

    Why: a plan over a missing paper cannot be made, and a repeated paper would count twice.
    Mend: correct the id; `ls papers` shows those there are.
    Example:
        papers: [heavy-bal]
    """
    papers = document.data.get("papers") or []
    for number, paper in enumerate(papers):
        if paper in papers[:number]:
            yield Fault(("papers", number), f"paper {shown(paper)} stands twice; remove one")
        else:
            yield from unknown_name(document, ("papers", number), paper, known_papers(document), "paper")


def run_split_exists(document: Document) -> Iterator[Fault]:
    """A run's split stands in papers/splits.yaml.

    Why: the split is the run's list of papers.
    Mend: correct the name, or add the split.
    Example:
        split: smal
    """
    yield from unknown_name(
        document, ("split",), document.data.get("split"), sorted(_splits(document)), "split"
    )


def run_agents_exist(document: Document) -> Iterator[Fault]:
    """A run's agents have a config under runner/configs/agents/.

    Why: the config says what the agent is.
    Mend: correct the id, or write the config (spec/v1/examples/agent.yaml is a template).
    Example:
        agents: [{id: orcale}]
    """
    for number, agent in enumerate(document.data.get("agents") or ()):
        yield from unknown_name(
            document, ("agents", number, "id"), agent.get("id"), known_configs(document, "agents"), "agent"
        )


def run_judge_exists(document: Document) -> Iterator[Fault]:
    """A run's judge has a config under runner/configs/judges/.

    Why: the config decides who judges each leaf.
    Mend: correct the id, or write the config (spec/v1/examples/judge.yaml is a template).
    Example:
        judge: check
    """
    yield from unknown_name(
        document, ("judge",), document.data.get("judge"), known_configs(document, "judges"), "judge"
    )


def run_site_exists(document: Document) -> Iterator[Fault]:
    """A run's site has a profile under runner/configs/sites/.

    Why: the profile says where stages run.
    Mend: correct the id, or write the profile (spec/v1/examples/site.yaml is a template).
    Example:
        site: clutser
    """
    yield from unknown_name(
        document, ("site",), document.data.get("site"), known_configs(document, "sites"), "site"
    )


def run_papers_or_split(document: Document) -> Iterator[Fault]:
    """A run names its papers, or a split of them; one of the two.

    Why: with neither there is nothing to run, and with both nobody knows which is meant.
    Mend: keep one.
    Example:
        papers: [heavy-ball]
        split: all
    """
    has = [key for key in ("papers", "split") if document.data.get(key) is not None]
    if len(has) == 2:  # noqa: PLR2004
        yield Fault(("split",), "both papers and split are given; keep one of them", at_key=True)
    elif not has:
        yield Fault((), "neither papers nor a split is given; add one of them")
    elif document.data.get("papers") == []:
        yield Fault(("papers",), "an empty list of papers is a run of nothing; name a paper")


def run_agents_differ(document: Document) -> Iterator[Fault]:
    """A run lists an agent once.

    Why: a trial is paper, agent and attempt, so the second would overwrite the first; ask for more
    `attempts` instead.
    Mend: remove one, or raise `attempts`.
    Example:
        agents: [{id: oracle}, {id: oracle}]
    """
    seen: set[Any] = set()
    for number, agent in enumerate(document.data.get("agents") or ()):
        if agent.get("id") in seen:
            yield Fault(
                ("agents", number, "id"), f"agent {shown(agent['id'])} stands twice; raise attempts instead"
            )
        seen.add(agent.get("id"))


def agent_papers_are_of_run(document: Document) -> Iterator[Fault]:
    """The papers of one agent are among the run's papers.

    Why: the agent would silently get no trial.
    Mend: add the paper to the run, or take it off the agent.
    Example:
        papers: [bandits]
        agents: [{id: oracle, papers: [heavy-ball]}]
    """
    papers = papers_of_run(document)
    if not papers:
        return
    for number, agent in enumerate(document.data.get("agents") or ()):
        for inner, paper in enumerate(agent.get("papers") or ()):
            if paper not in papers:
                where = ("agents", number, "papers", inner)
                yield Fault(
                    where,
                    f"paper {shown(paper)} is not of this run; {advise(paper, papers, 'add it there too')}",
                )


def run_agents_have_submissions(document: Document) -> Iterator[Fault]:
    """An agent of kind oracle or flawed has a reference submission for each of its papers.

    Why: it hands in papers/<id>/submissions/<kind>, and without that folder it has nothing to hand in.
    Mend: give the agent only the papers that have one, or write the submission.
    Example:
        agents: [{id: flawed}]      # and a paper without submissions/flawed
    """
    if document.root is None:
        return
    folder = document.root.path
    for number, agent in enumerate(document.data.get("agents") or ()):
        kind = named_config(document.root, "agents", agent.get("id")).get("kind")
        if kind not in ("oracle", "flawed"):
            continue
        for paper in agent.get("papers") or papers_of_run(document):
            home = document.root.names(folder / "papers" / paper)
            if home and f"{kind}/" not in document.root.names(folder / "papers" / paper / "submissions"):
                message = f"agent {shown(agent['id'])} has no papers/{paper}/submissions/{kind}"
                yield Fault(("agents", number), f"{message}; give it other papers, or write that submission")
