"""Rules about run configs and what they name: papers, splits, agents, judges and sites."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.roots import CONFIGS
from validators.words import advise, listed, shown


def _named(document: Document, where: Location, name: Any, known: list[str], what: str) -> Iterator[Fault]:
    """The fault of a name that is not known, if it is one."""
    if not isinstance(name, str) or name in known or document.root is None:
        return
    some = f"there is {listed(known[:10])}" if known else "there is none yet"
    yield Fault(where, f"{what} {shown(name)} does not exist; {advise(name, known, some)}")


def _papers(document: Document) -> list[str]:
    return document.root.paper_ids() if document.root is not None else []


def _configs(document: Document, folder: str) -> list[str]:
    return document.root.config_ids(folder) if document.root is not None else []


def _splits(document: Document) -> dict[str, list[str]]:
    data = (
        document.root.data(document.root.path / "papers" / "splits.yaml")
        if document.root is not None
        else None
    )
    splits = data.get("splits") if isinstance(data, dict) else None
    return splits if isinstance(splits, dict) else {}


def _papers_of_run(document: Document) -> list[str]:
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
            yield from _named(document, ("papers", number), paper, _papers(document), "paper")


def run_split_exists(document: Document) -> Iterator[Fault]:
    """A run's split stands in papers/splits.yaml.

    Why: the split is the run's list of papers.
    Mend: correct the name, or add the split.
    Example:
        split: smal
    """
    yield from _named(document, ("split",), document.data.get("split"), sorted(_splits(document)), "split")


def run_agents_exist(document: Document) -> Iterator[Fault]:
    """A run's agents have a config under runner/configs/agents/.

    Why: the config says what the agent is.
    Mend: correct the id, or write the config (spec/v1/examples/agent.yaml is a template).
    Example:
        agents: [{id: orcale}]
    """
    for number, agent in enumerate(document.data.get("agents") or ()):
        yield from _named(
            document, ("agents", number, "id"), agent.get("id"), _configs(document, "agents"), "agent"
        )


def run_judge_exists(document: Document) -> Iterator[Fault]:
    """A run's judge has a config under runner/configs/judges/.

    Why: the config decides who judges each leaf.
    Mend: correct the id, or write the config (spec/v1/examples/judge.yaml is a template).
    Example:
        judge: check
    """
    yield from _named(document, ("judge",), document.data.get("judge"), _configs(document, "judges"), "judge")


def run_site_exists(document: Document) -> Iterator[Fault]:
    """A run's site has a profile under runner/configs/sites/.

    Why: the profile says where stages run.
    Mend: correct the id, or write the profile (spec/v1/examples/site.yaml is a template).
    Example:
        site: clutser
    """
    yield from _named(document, ("site",), document.data.get("site"), _configs(document, "sites"), "site")


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
    papers = _papers_of_run(document)
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
        config = document.root.data(folder / CONFIGS / "agents" / f"{agent.get('id')}.yaml")
        kind = config.get("kind") if isinstance(config, dict) else None
        if kind not in ("oracle", "flawed"):
            continue
        for paper in agent.get("papers") or _papers_of_run(document):
            home = folder / "papers" / paper
            if home.is_dir() and not (home / "submissions" / kind).is_dir():
                message = f"agent {shown(agent['id'])} has no papers/{paper}/submissions/{kind}"
                yield Fault(("agents", number), f"{message}; give it other papers, or write that submission")


def config_file_is_id(document: Document) -> Iterator[Fault]:
    """A config's file has the config's id for its name.

    Why: a run finds agents, judges and sites by file name.
    Mend: rename the file or change the id.
    Example:
        runner/configs/agents/oracle.yaml:  id: orcale
    """
    stem, name = document.path.stem, document.data.get("id")
    if document.placed and name != stem:
        yield Fault(("id",), f"id {shown(name)} is not its file's name; write '{stem}', or rename the file")


def judge_has_its_section(document: Document) -> Iterator[Fault]:
    """A judge has the section that its `otherwise` names.

    Why: `otherwise: llm` without `llm:` names nobody.
    Mend: add the section.
    Example:
        otherwise: constant     # and no constant: {score: 0}
    """
    chosen = document.data.get("otherwise")
    if chosen in ("llm", "replay", "constant", "random") and document.data.get(chosen) is None:
        yield Fault(
            ("otherwise",), f"otherwise is {shown(chosen)} but there is no section '{chosen}'; add it"
        )


def replay_answers_are_there(document: Document) -> Iterator[Fault]:
    """The answers that a replay judge reads are there.

    Why: without them every leaf it should decide fails.
    Mend: correct the path, which starts at the config's own folder.
    Example:
        replay: {answers: recorded.jsonl}
    """
    answers = (document.data.get("replay") or {}).get("answers")
    if isinstance(answers, str) and document.placed and not (document.path.parent / answers).is_file():
        yield Fault(
            ("replay", "answers"), f"file {shown(answers)} is not there; mend the path, which starts here"
        )


def submission_agent_has_folders(document: Document) -> Iterator[Fault]:
    """An agent of kind submission lists folders, and only such an agent does.

    Why: it hands in what a user already has; without folders it has nothing, and the other kinds never look
    at them.
    Mend: add `submissions: [{paper: ..., folders: [...]}]`, or change the kind.
    Example:
        kind: submission        # and no submissions
    """
    kind, submissions = document.data.get("kind"), document.data.get("submissions")
    if kind == "submission" and not submissions:
        yield Fault(("kind",), "an agent of kind 'submission' without submissions; list its folders by paper")
    if isinstance(kind, str) and kind != "submission" and submissions:
        yield Fault(
            ("submissions",), f"submissions of an agent of kind {shown(kind)}; remove them", at_key=True
        )


def submission_papers_exist(document: Document) -> Iterator[Fault]:
    """An agent's submissions are for papers that exist, each listed once.

    Why: folders for a misspelt paper would never be handed in.
    Mend: correct the id; put all folders of a paper under one entry.
    Example:
        submissions: [{paper: heavy-bal, folders: [mine]}]
    """
    seen: set[Any] = set()
    for number, entry in enumerate(document.data.get("submissions") or ()):
        where = ("submissions", number, "paper")
        if entry.get("paper") in seen:
            yield Fault(where, f"paper {shown(entry['paper'])} stands twice; put its folders under one entry")
        else:
            yield from _named(document, where, entry.get("paper"), _papers(document), "paper")
        seen.add(entry.get("paper"))
