"""A judge's config made definite: its inputs by digest, and one digest that stands for its verdicts."""

from pathlib import Path
from typing import Any

from runner.errors import PaperbenchError
from runner.judging.prompts import prompt_file
from validators.corpus import Corpus
from validators.digest import digest_json, sha256_file
from validators.models.judge import Judge
from validators.models.plan import PlannedJudge

# How an endpoint is reached, how fast and how patiently: nothing that changes what a verdict means.
_INCIDENTAL = ("base_url", "api_key_env", "concurrency", "timeout_seconds", "max_tries")
VERSION = 1  # raised whenever the same config and inputs would lead to other verdicts


def resolve_judge(corpus: Corpus, config: Judge, folder: Path) -> PlannedJudge:
    """The judge with the digests of its inputs; `folder`, from the data root, is where its paths start.

    Raises PaperbenchError when the config lacks the part that `otherwise` names, or a file is missing.
    """
    part = getattr(config, config.otherwise)
    if part is None:
        raise PaperbenchError(
            f"judge '{config.id}' says 'otherwise: {config.otherwise}' but has no such part; add it"
        )
    inputs = {name: sha256_file(path) for name, path in input_files(corpus.root, config, folder).items()}
    told: dict[str, Any] = {
        "version": VERSION,
        "checks": config.checks,
        "otherwise": config.otherwise,
        config.otherwise: part.model_dump(mode="json", exclude_none=True, exclude=set(_INCIDENTAL)),
        "repeats": config.repeats,
        "inputs": inputs,
    }
    if config.otherwise == "replay":
        told["replay"] = {}  # what the answers are counts, not what their file is called
    return PlannedJudge(
        config=config, folder=_inside(corpus.root, folder), digest=digest_json(told), inputs=inputs
    )


def _inside(root: Path, folder: Path) -> str:
    """The folder from the data root, so that both may move together; absolute when it lies elsewhere."""
    here, above = (root / folder).resolve(), root.resolve()
    return str(here.relative_to(above) if here.is_relative_to(above) else here)


def input_files(root: Path, config: Judge, folder: Path) -> dict[str, Path]:
    """The files whose content decides verdicts, by role; raises PaperbenchError when one is missing."""
    files: dict[str, Path] = {}
    if config.otherwise == "llm" and config.llm:
        files["prompt"] = prompt_file(config.llm.prompt, root)
    if config.otherwise == "replay" and config.replay:
        files["answers"] = root / folder / config.replay.answers
    for path in files.values():
        if not path.is_file():
            raise PaperbenchError(
                f"judge '{config.id}' needs {path}, which is missing; restore it or name another"
            )
    return files


def check_inputs(root: Path, judge: PlannedJudge) -> None:
    """Refuse a judge whose prompt or answers are no longer what they were; raises PaperbenchError."""
    for name, path in input_files(root, judge.config, Path(judge.folder)).items():
        if sha256_file(path) != judge.inputs.get(name):
            raise PaperbenchError(f"{path} has changed since the judge was planned; restore it or plan again")
