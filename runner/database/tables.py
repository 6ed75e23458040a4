"""Writes one run's records into the tables, in bulk and without a text of a paper or a judge."""

import json
from collections.abc import Sequence
from typing import Any

from runner.database.records import TrialRecord
from runner.errors import PaperbenchError
from runner.run_folder import RunFolder
from validators.digest import leaf_digests, rubric_digest
from validators.models.config import Run
from validators.models.plan import Plan
from validators.models.records import Isolation, Outcome
from validators.tree import MODES, RULES, Node, effective_weights, leaves, view

Row = Sequence[object]


def insert(database: Any, table: str, rows: Sequence[Row]) -> None:
    """Append rows, a column at a time as JSON: a hundred times faster than row by row in every DuckDB."""
    if not rows:
        return
    columns = [json.dumps(column, ensure_ascii=False) for column in zip(*rows, strict=True)]
    values = ", ".join(["unnest(from_json(?::JSON, '[\"VARCHAR\"]'))"] * len(columns))
    database.execute(f"INSERT INTO {table} SELECT {values}", columns)


def next_id(database: Any, table: str, column: str) -> int:
    """The next free number of a table."""
    query = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608 - our own names
    (number,) = database.execute(query).fetchone()
    return int(number)


def insert_run(database: Any, run: RunFolder, plan: Plan) -> None:
    """The run and its papers."""
    config = plan.config
    limits = json.dumps(config.limits.model_dump(mode="json"), sort_keys=True) if config else None
    name = run.path.name
    database.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            name, plan.uuid, plan.origin, moment(plan.created_at), plan.runner, plan.protocol, plan.scoring,
            config.container if config else None, _network(config) if config else None, limits,
            plan.judge.digest if plan.judge else None,
        ],
    )  # fmt: skip
    insert(
        database,
        "papers",
        [
            (
                name,
                paper.id,
                paper.title,
                paper.rubric,
                paper.rubric_status or "unknown",
                paper.paper,
                paper.blacklist,
            )
            for paper in plan.papers
        ],
    )


def rubric_ids(database: Any, run: RunFolder, digests: set[str]) -> dict[str, int]:
    """The numbers of the rubrics, adding those that are new; raises PaperbenchError on a damaged snapshot."""
    known = dict(database.execute("SELECT digest, rubric FROM rubrics").fetchall())
    for digest in sorted(digests - set(known)):
        root = run.rubric(digest)
        if rubric_digest(root) != digest:
            path = run.path / "rubrics" / f"{digest}.json"
            raise PaperbenchError(f"{path} is not the rubric it is named after; plan or import again")
        known[digest] = _insert_rubric(database, run, digest, root)
    return known


def _insert_rubric(database: Any, run: RunFolder, digest: str, root: Node) -> int:
    rubric = next_id(database, "rubrics", "rubric")
    head = json.loads((run.path / "rubrics" / f"{digest}.json").read_bytes())
    insert(database, "rubrics", [(rubric, digest, head["paper"], head.get("revision"), head.get("source"))])
    first = next_id(database, "leaves", "leaf")
    ids = {path: first + number for number, (path, _) in enumerate(leaves(root))}
    digests = leaf_digests(root)
    insert(
        database,
        "leaves",
        [(ids[path], rubric, path, digests[path], leaf.category, leaf.facet) for path, leaf in leaves(root)],
    )
    for rule in RULES:
        for mode in MODES:
            shares = {path: share for path, share in effective_weights(root, mode, rule).items() if share}
            insert(
                database,
                "leaf_weights",
                [(rubric, ids[path], rule, mode, share) for path, share in shares.items()],
            )
            # Upstream gives a tree without any weight the score 0; the paper's rule gives it none.
            if shares or (rule == "upstream-2026-04" and view(root, mode, rule) is not None):
                total = sum(shares.values())
                insert(database, "rubric_views", [(rubric, rule, mode, len(shares), total)])
    return rubric


def insert_trials(
    database: Any, run: RunFolder, plan: Plan, records: Sequence[TrialRecord], rubrics: dict[str, int]
) -> dict[str, tuple[int, int]]:
    """The trials, their stages and gradings; the numbers of trial and grading by grading folder."""
    agents = {agent.config.id: agent for agent in plan.agents}
    first = next_id(database, "trials", "trial")
    grading = next_id(database, "gradings", "grading")
    trials: list[Row] = []
    stages: list[Row] = []
    gradings: list[Row] = []
    folders: dict[str, tuple[int, int]] = {}
    for trial, record in enumerate(records, start=first):
        planned = record.planned
        agent = agents.get(planned.agent)
        trials.append(
            (
                trial, run.path.name, planned.id, planned.paper, planned.agent,
                (agent.config.label if agent else None) or planned.agent, agent.digest if agent else None,
                planned.attempt, planned.protocol or plan.protocol, rubrics[record.rubric],
                record.rubric_status, record.papers, record.conditions,
                record.state, record.why, record.weaker, moment(planned.at),
            )
        )  # fmt: skip
        stages += [_stage(trial, outcome) for outcome in record.outcomes]
        for one in record.gradings:
            finished = moment(one.outcome.finished_at) if one.outcome else None
            gradings.append(
                (
                    grading, trial, rubrics[record.rubric], planned.protocol or plan.protocol, plan.scoring,
                    record.state, one.judge, one.kind, one.model, one.repeats, finished, 0,
                )
            )  # fmt: skip
            if one.folder:
                folders[str(one.folder)] = (trial, grading)
            grading += 1
    insert(database, "trials", trials)
    insert(database, "stages", stages)
    insert(database, "gradings", gradings)
    return folders


def moment(instant: str | None) -> str | None:
    """An instant as DuckDB reads it into a TIMESTAMP: always UTC, so without the zone."""
    return instant.rstrip("Z") if instant else None


def _stage(trial: int, outcome: Outcome) -> Row:
    return (
        trial, outcome.stage, outcome.grading.judge if outcome.grading else None, outcome.failure_class,
        outcome.reason, outcome.exit_status, moment(outcome.started_at), moment(outcome.finished_at),
        outcome.duration_seconds, outcome.host, outcome.tries, outcome.image,
        _isolation(outcome.declared), _isolation(outcome.observed), outcome.cleaned,
    )  # fmt: skip


def _network(config: Run) -> str:
    network = config.network
    if isinstance(network, str):
        return network
    return f"rollout {network.rollout}, reproduce {network.reproduce}"


def _isolation(isolation: Isolation | None) -> str | None:
    return json.dumps(isolation.model_dump(mode="json"), sort_keys=True) if isolation else None
