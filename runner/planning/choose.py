"""What a word on the command line means: a run config, or a run that was planned before."""

from pathlib import Path

from runner.planning.lookup import unknown
from runner.planning.plan import make_plan
from runner.run_folder import PLAN, RunFolder
from validators.corpus import Corpus
from validators.roots import CONFIGS


def config_path(corpus: Corpus, word: str) -> Path:
    """The run config of this path or name; raises PaperbenchError."""
    named = corpus.root / CONFIGS / f"{word}.yaml"
    for path in (Path(word), named):
        if path.is_file():
            return path
    have = (path.stem for path in (corpus.root / CONFIGS).glob("*.yaml"))
    raise unknown("run config", word, have, str(corpus.root / CONFIGS))


def _edited(corpus: Corpus, run: RunFolder) -> Path | None:
    """The config that the run has its name from, where it says something else by now."""
    planned = run.plan().config
    path = corpus.root / CONFIGS / f"{run.path.name}.yaml"
    if planned is None or not path.is_file():
        return None
    now = corpus.run(path)
    return path if now.id == planned.id == run.path.name and now != planned else None


def run_for(corpus: Corpus, word: str, runs: Path, name: str | None) -> RunFolder:
    """The run of this name or folder, or the one planned from this config, now if need be.

    Raises PaperbenchError, also where the config of a run's own name was edited since.
    """
    if not Path(word).is_file():
        for folder in (Path(word), runs / word):
            if name is None and (folder / PLAN).is_file():
                run = RunFolder(folder.resolve())
                edited = _edited(corpus, run)
                return make_plan(corpus, edited, runs) if edited else run
    return make_plan(corpus, config_path(corpus, word), runs, name)
