"""What makes two scores comparable: papers, rubrics, protocol, limits, network, container and image."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from runner.errors import PaperbenchError
from validators.digest import digest_json
from validators.models.config import PAYLOAD_STAGES, PayloadStage, Run
from validators.models.plan import Plan, PlannedPaper, PlannedTrial
from validators.models.records import Isolation

# From the strongest to the weakest; the container "none" is no claim at all.
CONTAINERS = ("apptainer", "process", "none")
NETWORKS = ("none", "proxy", "open")


@dataclass(frozen=True)
class PlanIndex:
    """A plan, with what its trials are asked again and again."""

    plan: Plan
    papers: dict[str, PlannedPaper]
    agent_papers: dict[str, tuple[str, ...]]
    attempt_rubrics: dict[tuple[str, str, int], dict[str, str]]
    known_rubrics: dict[tuple[str, str, str], frozenset[str]]

    def paper_set(self, trial: PlannedTrial) -> tuple[str, ...]:
        """The papers that the trial's agent declared to attempt, sorted."""
        if trial.paper_set is not None:
            return tuple(sorted({*trial.paper_set, trial.paper}))
        return tuple(sorted(self.agent_papers.get(trial.agent) or self.papers))

    def rubric(self, trial: PlannedTrial) -> str:
        """The digest of the rubric that scores the trial; raises PaperbenchError when the plan names none."""
        if trial.rubric:
            return trial.rubric
        if trial.paper in self.papers:
            return self.papers[trial.paper].rubric
        raise PaperbenchError(f"plan.lock gives no rubric for the trial {trial.id}")

    def rubric_status(self, trial: PlannedTrial) -> str:
        """What the rubric that scores the trial was when planned; a tree that is no rubric is a snapshot."""
        planned = self.papers.get(trial.paper)
        if planned is None or planned.rubric != self.rubric(trial):
            return "snapshot"
        return planned.rubric_status or "unknown"

    def conditions(self, trial: PlannedTrial) -> str:
        """The digest of all that must be equal, beside judge and view, for two scores to be compared."""
        pinned = [[paper, *self._pins(trial, paper)] for paper in self.paper_set(trial)]
        config = self.plan.config
        protocol = trial.protocol or self.plan.protocol
        stages = PAYLOAD_STAGES if protocol != "code-dev" else ("rollout",)
        return digest_json(
            [
                pinned,
                protocol,
                {stage: _limits(config, stage) for stage in stages} if config else None,
                {stage: config.network_of(stage) for stage in stages} if config else None,
                config.container if config else None,
                *(_ways(config, stages) if config else ()),
                *_images(self.plan, stages),
                *(["not reproduced"] if trial.reproduced is False else []),
            ]
        )

    def _pins(self, trial: PlannedTrial, paper: str) -> tuple[str | None, str | None]:
        """The rubric and the text of a paper of the trial's attempt, also where that paper has no trial."""
        planned = self.papers.get(paper)
        protocol = trial.protocol or self.plan.protocol
        own = trial.rubric if paper == trial.paper else None
        rubric = own or self.attempt_rubrics[trial.agent, protocol, trial.attempt].get(paper)
        if rubric is None:
            # A gap is a gap of the tree that the other attempts were graded by.
            known = self.known_rubrics.get((trial.agent, protocol, paper), frozenset())
            rubric = next(iter(known)) if len(known) == 1 else planned.rubric if planned else None
        return rubric, planned.paper if planned else None


def _limits(config: Run, stage: PayloadStage) -> dict[str, Any]:
    """What the stage could use."""
    # How much of a log is kept changes no result.
    return config.limits_of(stage).model_dump(mode="json", exclude={"log_limit_mib"})


def _ways(config: Run, stages: Sequence[PayloadStage]) -> Iterator[Any]:
    """How reproduce.sh is run, where it is and that is not the usual way."""
    plain = Run.model_fields["reproduction"].default
    for way in ("clean", "salvage"):
        if "reproduce" in stages and getattr(config.reproduction, way) != getattr(plain, way):
            yield {way: config.reproduction.model_dump(mode="json")[way]}
    writable = sorted({*config.writable_root} & {*stages})
    if writable:
        yield {"writable_root": writable}


def _images(plan: Plan, stages: Sequence[PayloadStage]) -> Iterator[Any]:
    """What the stages' images are made of: an image is named by what its recipe says, not by its name."""
    given = plan.site.images.arguments if plan.site and plan.site.images else {}
    for image in plan.images:
        if image.stage in stages:
            yield {image.stage: [image.definition, image.sha256, given if image.definition else {}]}


def index_plan(plan: Plan) -> PlanIndex:
    """The plan with its indexes."""
    papers = {paper.id: paper for paper in plan.papers}
    attempts: defaultdict[tuple[str, str, int], dict[str, str]] = defaultdict(dict)
    known: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for trial in plan.trials:
        protocol = trial.protocol or plan.protocol
        rubrics = attempts[trial.agent, protocol, trial.attempt]
        if trial.rubric:
            rubrics[trial.paper] = trial.rubric
        elif trial.paper in papers:
            rubrics.setdefault(trial.paper, papers[trial.paper].rubric)
        if trial.paper in rubrics:
            known[trial.agent, protocol, trial.paper].add(rubrics[trial.paper])
    uses = plan.config.agents if plan.config else ()
    return PlanIndex(
        plan=plan,
        papers=papers,
        agent_papers={use.id: use.papers for use in uses if use.papers},
        attempt_rubrics=dict(attempts),
        known_rubrics={key: frozenset(rubrics) for key, rubrics in known.items()},
    )


def is_weaker(declared: Isolation | None, observed: Isolation | None) -> bool:
    """Whether a stage was kept apart less than it declared; nothing declared promises nothing."""
    if declared is None or declared.container == "none":
        return False
    if observed is None:
        return True
    return (
        CONTAINERS.index(observed.container) > CONTAINERS.index(declared.container)
        or NETWORKS.index(observed.network) > NETWORKS.index(declared.network)
        or (declared.user_namespace is True and observed.user_namespace is not True)
        or (declared.pid_namespace is True and observed.pid_namespace is not True)
        or (declared.read_only_root is True and observed.read_only_root is not True)
    )
