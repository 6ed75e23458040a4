"""What a run config means: papers, agents, judge and trials, resolved and digested."""

from collections.abc import Iterator
from pathlib import Path

from runner.agents import agent_kind
from runner.containers import container
from runner.errors import PaperbenchError
from runner.planning import lookup
from runner.planning.digests import document_digest, folder_digest, paper_digest
from validators.corpus import Corpus, rubric_tree
from validators.digest import rubric_digest
from validators.models.config import AgentUse, PayloadStage, Protocol, Run, Site
from validators.models.plan import PlannedAgent, PlannedImage, PlannedJudge, PlannedPaper, PlannedTrial
from validators.models.rubric import Rubric
from validators.roots import CONFIGS


def refuse_impossible(run: Run, site: Site) -> None:
    """Raise PaperbenchError for what this version or the site cannot do."""
    why = container(run.container).refusal(run)
    if why is not None:
        raise PaperbenchError(why)
    if site.scheduler != "local":
        raise PaperbenchError(
            f"site '{site.id}' has scheduler '{site.scheduler}', which is not available in this version; "
            "use a site with scheduler: local"
        )
    asked = max(run.limits.rollout.gpus, run.limits.reproduce.gpus)
    if asked > len(site.gpus):
        raise PaperbenchError(
            f"a stage asks for {asked} GPUs and site '{site.id}' has {len(site.gpus)}; "
            "lower gpus, or take another site"
        )


def planned_paper(corpus: Corpus, paper: str, rubric: Rubric) -> PlannedPaper:
    """A paper with the digests that must not drift."""
    document = corpus.paper(paper)
    return PlannedPaper(
        id=paper,
        rubric=rubric_digest(rubric_tree(rubric)),
        rubric_status=rubric.status,
        paper=paper_digest(corpus, paper),
        blacklist=document_digest(corpus.blacklist(paper)),
        title=document.title,
    )


def planned_judge(corpus: Corpus, name: str, where: str) -> PlannedJudge:
    """The judge with the digests of its prompts and answers."""
    from runner.judging.resolve import resolve_judge  # noqa: PLC0415  planning alone needs no judge back end

    return resolve_judge(corpus, lookup.judge(corpus, name, where), CONFIGS / "judges")


def payload_stages(protocol: Protocol) -> tuple[PayloadStage, ...]:
    """The stages that start a payload."""
    return () if protocol == "code-dev" else ("reproduce",)


def planned_images(corpus: Corpus, run: Run, site: Site | None) -> Iterator[PlannedImage]:
    """The images that the stages run in; raises PaperbenchError for one without a recipe."""
    if run.container == "process":
        return
    from runner.images import definition_digest  # noqa: PLC0415  most plans need none

    given = site.images.arguments if site and site.images else {}
    for stage in payload_stages(run.protocol):
        image = run.image_of(stage)
        if isinstance(image, str):
            digest = definition_digest(corpus.root, image, given)
            yield PlannedImage(stage=stage, image=image, definition=digest)
        else:
            yield PlannedImage(stage=stage, image=image.sif, sha256=image.sha256)


def planned_agents(corpus: Corpus, run: Run, where: str) -> tuple[PlannedAgent, ...]:
    """The run's agents; raises PaperbenchError for one that is unknown or stands twice."""
    names = [use.id for use in run.agents]
    if len(set(names)) < len(names):
        raise PaperbenchError(f"{where} names an agent twice; remove one")
    configs = [lookup.agent(corpus, name, where) for name in names]
    return tuple(PlannedAgent(config=config, digest=document_digest(config)) for config in configs)


def planned_trials(
    corpus: Corpus, run: Run, papers: tuple[str, ...], agents: tuple[PlannedAgent, ...], runs: Path
) -> Iterator[PlannedTrial]:
    """Papers times agents times attempts."""
    digests: dict[Path, str] = {}
    configs = {planned.config.id: planned.config for planned in agents}
    for paper in papers:
        for use in run.agents:
            if not _takes(use, paper, papers):
                continue
            config = configs[use.id]
            for attempt in range(1, run.attempts + 1):
                folder = agent_kind(config.kind).folder(corpus, config, paper, attempt)
                yield _trial(corpus, f"{paper}/{use.id}/{attempt}", folder, runs, digests)


def _takes(use: AgentUse, paper: str, papers: tuple[str, ...]) -> bool:
    for name in use.papers or ():
        if name not in papers:
            raise lookup.unknown("paper", name, papers, f"papers of agent '{use.id}'")
    return use.papers is None or paper in use.papers


def _trial(
    corpus: Corpus, trial: str, folder: Path | None, runs: Path, digests: dict[Path, str]
) -> PlannedTrial:
    paper, agent, attempt = trial.split("/")
    if folder is None:
        return PlannedTrial(id=trial, paper=paper, agent=agent, attempt=int(attempt))
    if runs.resolve().is_relative_to(folder.resolve()):
        raise PaperbenchError(
            f"submission {folder} contains the runs folder {runs}; keep runs elsewhere with --runs"
        )
    if folder not in digests:
        digests[folder] = folder_digest(folder)
    return PlannedTrial(
        id=trial,
        paper=paper,
        agent=agent,
        attempt=int(attempt),
        submission=lookup.shown(corpus, folder),
        submission_digest=digests[folder],
    )
