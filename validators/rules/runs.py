"""Rules about what a run asks of its agents, judge, site and images: what planning would refuse later."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.roots import ARCHIVES, DataRoot
from validators.rules.config import papers_of_run
from validators.rules.judges import asked_model, is_paid, newest_prices
from validators.rules.names import named_config
from validators.rules.rule import Note
from validators.words import shown


def _budget(document: Document) -> dict[str, Any]:
    return {key: value for key, value in (document.data.get("budget") or {}).items() if value is not None}


def paid_judge_has_budget(document: Document) -> Iterator[Fault]:
    """A run whose judge is paid for has a budget.

    Why: a judge asks a question a leaf, and a rubric has hundreds; a slip in a config costs real money. A
    model on this machine, or one with a price of 0, needs no budget.
    Mend: add `budget:` with cost_usd, tokens or calls; `paperbench estimate` tells how much to expect.
    Example:
        judge: llm     # and no budget
    """
    root = document.root
    llm = asked_model(named_config(root, "judges", document.data.get("judge"))) if root is not None else None
    if root is not None and llm is not None and not _budget(document) and is_paid(llm, root):
        message = f"judge {shown(document.data['judge'])} is paid for and there is no budget"
        yield Fault(("judge",), f"{message}; add 'budget:' with cost_usd, tokens or calls")


def dollars_have_a_price(document: Document) -> Iterator[Fault]:
    """A budget in dollars goes with a judge whose model has a known price.

    Why: judging refuses to start otherwise, after the attempts have been made.
    Mend: add the model to the newest list of runner/configs/prices, or limit tokens or calls instead.
    Example:
        budget: {cost_usd: 20}     # and the judge's model is in no price list
    """
    root = document.root
    llm = asked_model(named_config(root, "judges", document.data.get("judge"))) if root is not None else None
    if root is None or llm is None or "cost_usd" not in _budget(document):
        return
    if llm["model"] not in newest_prices(root):
        message = f"a budget in dollars, and no price of {shown(llm['model'])} is known"
        yield Fault(("budget", "cost_usd"), f"{message}; add it to the newest price list, or limit calls")


def submission_folders_are_there(document: Document) -> Iterator[Fault | Note]:
    """The folders and tar files that an agent of kind submission hands in are there.

    Why: planning stops at the first that is not. Folders outside the data root belong to one machine and are
    counted, not looked for.
    Mend: correct the path, which starts at the config's own folder.
    Example:
        submissions: [{paper: heavy-ball, folders: [mine/frist]}]
    """
    root = document.root
    if root is None or not document.placed:
        return
    outside = 0
    for number, entry in enumerate(document.data.get("submissions") or ()):
        for inner, name in enumerate(entry.get("folders") or ()):
            inside = root.inside(document.path.parent / name)
            if Path(name).is_absolute() or inside.startswith("../"):
                outside += 1
            elif not _can_be_handed_in(root, inside):
                where = ("submissions", number, "folders", inner)
                yield Fault(where, f"folder {shown(name)} is not there; mend the path, which starts here")
    yield Note("submissions not looked for: their paths are absolute or lead out of the data root", outside)


def _can_be_handed_in(root: DataRoot, inside: str) -> bool:
    path = root.path / inside
    names = root.names(path.parent)
    return f"{path.name}/" in names or (path.name in names and path.name.endswith(ARCHIVES))


def _uses(document: Document) -> Iterator[tuple[int, dict[str, Any], list[str]]]:
    """The run's agents with their number, and the papers each takes."""
    for number, use in enumerate(document.data.get("agents") or ()):
        papers = use.get("papers")
        yield number, use, papers if papers is not None else papers_of_run(document)


def attempts_have_folders(document: Document) -> Iterator[Fault]:
    """An agent of kind submission has a folder for each attempt at each of its papers.

    Why: it hands in one folder an attempt, and planning stops where there is none.
    Mend: lower `attempts`, give the agent only papers it has folders for, or add folders to its config.
    Example:
        attempts: 3
        agents: [{id: mine}]     # and mine.yaml lists two folders a paper
    """
    root, attempts = document.root, document.data.get("attempts", 1)
    if root is None:
        return
    for number, use, papers in _uses(document):
        config = named_config(root, "agents", use.get("id"))
        if config.get("kind") != "submission":
            continue
        have = Counter[str]()
        for entry in config.get("submissions", ()):
            have[entry["paper"]] += len(entry["folders"])
        for paper in papers:
            if have[paper] < attempts:
                message = f"agent {shown(use['id'])} has folders for {have[paper]} of {attempts} attempts"
                mend = "add folders, or lower attempts, or name the agent's papers"
                yield Fault(("agents", number), f"{message} at paper {shown(paper)}; {mend}")


def agent_has_papers(document: Document) -> Iterator[Fault]:
    """An agent that names its papers names one.

    Why: with an empty list it would silently get no trial.
    Mend: name a paper, leave `papers` out for all of the run's, or take the agent off the run.
    Example:
        agents: [{id: oracle, papers: []}]
    """
    for number, use in enumerate(document.data.get("agents") or ()):
        if use.get("papers") == []:
            yield Fault(
                ("agents", number, "papers"), "an empty list is no trial; name a paper, or leave it out"
            )


def site_has_gpus(document: Document) -> Iterator[Fault]:
    """A stage asks for no more GPUs than its site has.

    Why: on a machine of one's own planning refuses it. A cluster's scheduler knows its own.
    Mend: lower `gpus`, list the site's devices in its profile, or take another site.
    Example:
        limits: {reproduce: {gpus: 2, ...}, ...}     # and the site lists gpus: ["0"]
    """
    if document.root is None:
        return
    name = document.data.get("site", "local")
    site = named_config(document.root, "sites", name)
    if site.get("scheduler") != "local":
        return
    have = len(site.get("gpus") or ())
    for stage, limits in document.data["limits"].items():
        if (asked := limits.get("gpus", 0)) > have:
            message = f"{asked} GPUs are asked for and site {shown(name)} has {have}"
            yield Fault(("limits", stage, "gpus"), f"{message}; lower gpus, or take another site")


def process_has_open_network(document: Document) -> Iterator[Fault]:
    """A run without a container leaves the network open.

    Why: `container: process` keeps nobody off the network, and saying so would be a promise that nobody
    keeps.
    Mend: write network: open, or take container: apptainer.
    Example:
        container: process
        network: none
    """
    network = document.data.get("network", "open")
    if document.data.get("container", "process") == "process" and network != "open":
        message = f"container 'process' cannot keep network {shown(network)}"
        yield Fault(("network",), f"{message}; write 'open', or take container 'apptainer'")


def images_have_recipes(document: Document) -> Iterator[Fault]:
    """A run in Apptainer names images that have a recipe sif/<image>.def, or are built.

    Why: a stage cannot start in an image that nobody can build. A data root without a folder sif/ uses the
    images of the checkout, which are not looked for.
    Mend: correct the name, or write the recipe.
    Example:
        images: {rollout: agnet}
    """
    root = document.root
    if root is None or document.data.get("container") != "apptainer" or "sif/" not in root.names(root.path):
        return
    images = {"rollout": "agent", "reproduce": "reproduce"} | (document.data.get("images") or {})
    there = root.names(root.path / "sif")
    for stage, image in images.items():
        if isinstance(image, str) and not {f"{image}.def", f"{image}.sif"} & set(there):
            where = ("images", stage) if stage in (document.data.get("images") or {}) else ("container",)
            yield Fault(
                where, f"image {shown(image)} has no recipe sif/{image}.def; write it, or mend the name"
            )
