"""Brings grade files into one imported run: each grading once, nothing unless all of them can be."""

from pathlib import Path
from typing import Any

from runner.clock import instant
from runner.errors import PaperbenchError
from runner.run_folder import RunFolder
from runner.upstream import gradings, ungraded
from runner.upstream.find_grades import Found, moment
from runner.upstream.grade_files import (
    ForeignError,
    Graded,
    GradedNode,
    JudgeOutput,
    PaperResult,
    read_grade_file,
    read_result,
    usage,
)
from runner.upstream.imported_plan import read_plan, write_plan
from runner.upstream.items import Item, Tally, reproduced_of, ungraded_of
from runner.upstream.match import Tree, flatten, matches, snapshot
from runner.upstream.recorded import failed_leaves, recorded, scores, total, total_of
from runner.upstream.rollouts import rollout_outcome
from runner.upstream.shelf import Shelf
from runner.upstream.staging import LEDGER, OUTCOME, VERDICTS, Staging, write, write_outcome
from runner.upstream.trial_names import is_agent, trial_ids
from validators.models.plan import PlannedTrial


class Importer:
    """Reads one file at a time; commit makes what was read part of the run. Raises PaperbenchError."""

    def __init__(
        self, run: RunFolder, shelf: Shelf, staging: Staging, agent: str | None, paper: str | None
    ) -> None:
        self._run, self._shelf, self._staging = run, shelf, staging
        self._agent, self._paper = agent, paper
        self._old = read_plan(run)
        self._trials = {trial.id: trial for trial in self._old.trials} if self._old else {}
        self._rubrics: dict[str, tuple[str, Tree, str | None]] = {}
        self._made: list[tuple[str, gradings.Judge, int]] = []
        self._unjudged: list[Item] = []
        self._replaced: set[str] = set()
        self._agents: set[str] = set()
        self._graded_at: dict[str, str] = {}
        self._results: dict[Path, PaperResult | None] = {}
        self.tally = Tally()

    def add(self, file: Found) -> None:
        """Stage the grading in a file, unless the run has it."""
        try:
            graded = self._read(file)
        except ForeignError as error:
            if file.named:
                raise PaperbenchError(
                    f"{file.path} is no grade file of upstream ({error}); leave it out"
                ) from None
            self.tally.foreign.append(str(file.path))
            return
        item = self._item(file, graded)
        self._agents.add(item.agent)
        if graded.output is None:
            self._unjudged.append(item)
            return
        try:
            self._judged(item, graded.output)
        except PaperbenchError as error:
            raise (
                error if str(file.path) in str(error) else PaperbenchError(f"{file.path}: {error}")
            ) from None

    def commit(self) -> Tally:
        """Make everything staged part of the run, plan.lock last."""
        self._without_grades()
        if self.tally.added:
            self._run.path.mkdir(parents=True, exist_ok=True)
            for paper, tree, source in self._rubrics.values():
                revision = None if source else self._shelf.rubric(paper).revision
                self._run.add_rubric(paper, tree.root, revision=revision, source=source)
            self._staging.commit(trial.id for trial in self._before() if trial.id not in self._replaced)
            write_plan(self._run, self._old, self._trials.values(), self._graded_at, self._shelf)
        return self.tally

    def _read(self, file: Found) -> Graded:
        errors = []
        for kind in file.kinds:
            try:
                return read_grade_file(file.path, kind)
            except ForeignError as error:
                errors.append(error)
        raise errors[0]

    def _item(self, file: Found, graded: Graded) -> Item:
        agent = self._agent or file.agent
        if agent is None:
            raise PaperbenchError(
                f"{file.path}: no folder above is a run group, which would name the agent; give --agent"
            )
        if not is_agent(agent):
            raise PaperbenchError(
                f"{file.path}: its run group names the agent {agent!r}, which is no name; give --agent"
            )
        result = graded.result
        told = self._paper or (result.paper_id if result else None) or file.paper
        if told is None:
            result = self._result(file, None)
            told = result.paper_id if result else None
        if told is None:
            raise PaperbenchError(
                f"{file.path}: neither its folders nor a grade.json name the paper; give --paper"
            )
        graded_at = moment(graded.output.graded_at) if graded.output else None
        at = file.stamp or graded_at or instant(file.path.stat().st_mtime)
        return Item(file, graded, result, self._shelf.paper(told), agent, at, graded_at or at)

    def _result(self, file: Found, known: PaperResult | None) -> PaperResult | None:
        """How the file's run ended: as the file itself says, or the one beside it."""
        if known is None and file.run_folder not in self._results:
            self._results[file.run_folder] = read_result(file.run_folder)
        return known or self._results[file.run_folder]

    def _judged(self, item: Item, output: JudgeOutput) -> None:
        tree, leaves = self._tree(item, output.graded_task_tree)
        judge = gradings.judge_of(output)
        if self._has(item, judge):
            self.tally.present += 1
            return
        trial, is_new = self._trial(item, tree)
        lines = gradings.verdict_lines(
            trial, judge.digest, item.file.grade, item.graded_at, tree=tree, graded=leaves
        )
        known = {} if is_new else self._recorded(trial, judge)
        if item.file.grade in known:
            self._refuse_other(item, trial, judge, lines)
            self.tally.present += 1
            return
        folder = self._staging.stage(trial, f"grading/{judge.digest}")
        write(f"{folder}/{VERDICTS}", lines, append=True)
        used = usage(output)
        if used:
            ledger = gradings.ledger_lines(trial, judge.digest, item.file.grade, item.graded_at, used)
            write(f"{folder}/{LEDGER}", ledger, append=True)
        self._grading_outcome(item, trial, judge, known, leaves=leaves, used=used)
        self._made.append((trial, judge, len(leaves)))
        self._counted(trial)

    def _tree(self, item: Item, graded: GradedNode) -> tuple[Tree, list[GradedNode]]:
        """The rubric's tree that was graded, or a snapshot of another."""
        rubric = self._shelf.rubric(item.paper)
        rows, leaves = flatten(graded)
        found = matches(rubric, rows)
        if len(found) == 1:
            return found[0], leaves
        declared = ungraded.protocol_of(self._result(item.file, item.result))
        if not found:
            tree = snapshot(rubric, graded, rows, declared)
            self.tally.differing[item.paper, tree.digest, tree.difference or ""] += 1
            return tree, leaves
        return next((tree for tree in found if tree.protocol == declared), found[0]), leaves

    def _trial(self, item: Item, tree: Tree) -> tuple[str, bool]:
        """The id of the grading's trial, and whether it is new: the run has none of that tree."""
        for trial in trial_ids(item.paper, item.agent, item.file):
            known = self._trials.get(trial)
            if known is None or self._isungraded_of(trial):
                self._replaced.add(trial)
                self._add_trial(item, tree, trial)
                return trial, True
            if (known.rubric, known.protocol) == (tree.digest, tree.protocol):
                return trial, False
        raise PaperbenchError(
            "the same grade id stands on two different trees; import one into another --run"
        )

    def _add_trial(self, item: Item, tree: Tree, trial: str) -> None:
        source = str(item.file.path) if tree.difference else None
        result = self._result(item.file, item.result)
        self._graded_at[trial] = item.graded_at
        self._rubrics.setdefault(tree.digest, (item.paper, tree, source))
        self._trials[trial] = PlannedTrial(
            id=trial, paper=item.paper, agent=item.agent, attempt=1,
            protocol=tree.protocol, rubric=tree.digest, at=item.at,
            reproduced=reproduced_of(result, tree.protocol),
        )  # fmt: skip
        self._write_rollout(item, trial)

    def _write_rollout(self, item: Item, trial: str) -> None:
        result = self._result(item.file, item.result)
        data = rollout_outcome(trial, item.file.run_folder, result, item.graded.source, item.at)
        if data is not None:
            write_outcome(self._staging.stage(trial, "rollout"), data)

    def _has(self, item: Item, judge: gradings.Judge) -> bool:
        """Whether the run holds a grading that was read from these very bytes."""
        wanted = (item.graded.source.sha256, item.file.grade)
        trials = trial_ids(item.paper, item.agent, item.file)
        return any(
            (source["sha256"], grade) == wanted
            for trial in trials if trial in self._trials
            for grade, source in self._recorded(trial, judge).items()
        )  # fmt: skip

    def _recorded(self, trial: str, judge: gradings.Judge) -> dict[int, dict[str, Any]]:
        return recorded(self._staging.grading(trial, judge.digest) / OUTCOME)

    def _refuse_other(self, item: Item, trial: str, judge: gradings.Judge, lines: bytes) -> None:
        kept = (self._staging.grading(trial, judge.digest) / VERDICTS).read_bytes()
        grade = item.file.grade
        if scores(kept, grade) != scores(lines, grade):
            other = self._recorded(trial, judge)[grade]["path"]
            raise PaperbenchError(
                f"{item.file.path} holds other scores than {other}, which gave grading {grade} of {trial}; "
                "import it into another --run"
            )

    def _grading_outcome(
        self,
        item: Item,
        trial: str,
        judge: gradings.Judge,
        known: dict[int, Any],
        *,
        leaves: list[GradedNode],
        used: dict[str, tuple[int, int]],
    ) -> None:
        folder, grade = self._staging.stage(trial, f"grading/{judge.digest}"), item.file.grade
        sources = dict(sorted({**known, grade: gradings.source_data(item.graded.source, grade)}.items()))
        if known:
            failed, tokens = failed_leaves(Path(folder, VERDICTS)), total_of(Path(folder, LEDGER))
        else:
            failed, tokens = sum(not leaf.valid_score for leaf in leaves), total(used)
        ended = ("judge", "leaves_failed") if failed else ("none", "ok")
        several = {"sources": list(sources.values())} if len(sources) > 1 else {}
        data = gradings.outcome(
            trial, "grading", ended, (item.graded_at, item.graded_at, 0.0),
            grading=gradings.grading_data(judge, len(sources), len(leaves), failed, tokens),
            source=next(iter(sources.values())), **several,
        )  # fmt: skip
        write_outcome(folder, data)

    def _before(self) -> tuple[PlannedTrial, ...]:
        return self._old.trials if self._old else ()

    def _isungraded_of(self, trial: str) -> bool:
        """Whether nobody graded the trial: neither before nor now."""
        return trial not in self.tally.trials and not ungraded.is_graded(self._run, trial)

    def _without_grades(self) -> None:
        """Runs that were not judged: nothing handed in, disqualified, or something crashed."""
        before = [trial for trial in self._before() if trial.agent in self._agents]
        runs = {run.trial: run for run in ungraded.stale(self._run, before)}
        items = {(run := ungraded_of(item)).trial: (run, item) for item in self._unjudged}
        runs |= {name: run for name, (run, _) in items.items()}
        if not runs:
            return
        known = [*ungraded.peers(self._run, (trial for trial in before if trial.id not in self._replaced))]
        known += [ungraded.Peer(self._trials[trial], judge, leaves) for trial, judge, leaves in self._made]
        for name, run in runs.items():
            stands = ungraded.standing(run, known, self._shelf.rubric(run.paper))
            if not self._isungraded_of(name) or self._stands(stands):
                self.tally.present += name in items
                continue
            self._stand(run, stands, items[name][1] if name in items else None)

    def _stands(self, stands: ungraded.Standing) -> bool:
        """Whether the run holds just this already."""
        old, new = self._trials.get(stands.trial.id), stands.trial
        return (
            old is not None
            and (old.rubric, old.protocol, old.reproduced) == (new.rubric, new.protocol, new.reproduced)
            and ungraded.gradings_there(self._run, new.id) == {judge.digest for judge in stands.judges}
        )

    def _stand(self, run: ungraded.Ungraded, stands: ungraded.Standing, item: Item | None) -> None:
        trial = stands.trial
        self._trials[trial.id] = trial
        self._graded_at[trial.id] = run.at
        self._replaced.add(trial.id)
        own = self._shelf.rubric(run.paper).variants[0][1]
        if trial.rubric == own.digest:
            self._rubrics.setdefault(own.digest, (run.paper, own, None))
        if item is None:
            if self._run.trial(trial.id).stage("rollout").is_dir():
                self._staging.stage(trial.id, "rollout")
        else:
            self._write_rollout(item, trial.id)
        for judge in stands.judges:
            folder = self._staging.stage(trial.id, f"grading/{judge.digest}")
            write_outcome(folder, ungraded.grading_outcome(run, stands, judge))
            self._counted(trial.id)

    def _counted(self, trial: str) -> None:
        self.tally.added += 1
        self.tally.trials[trial] = None
