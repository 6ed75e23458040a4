"""The agent that hands in folders and tar files a user already has."""

from dataclasses import dataclass
from pathlib import Path

from runner.archives import SPELLED, refusal
from runner.errors import PaperbenchError
from validators.corpus import Corpus
from validators.models.config import Agent
from validators.roots import CONFIGS


@dataclass(frozen=True)
class Submission:
    """Hands in one named folder or tar file an attempt."""

    kind: str = "submission"

    def folder(self, corpus: Corpus, agent: Agent, paper: str, attempt: int) -> Path | None:
        """The attempt's folder or tar file, read from the agent config's own folder."""
        names = [name for own in agent.submissions if own.paper == paper for name in own.folders]
        if attempt > len(names):
            raise PaperbenchError(
                f"agent '{agent.id}' names {len(names)} folders for paper '{paper}' and attempt {attempt} "
                "needs one more; add folders, or lower attempts"
            )
        folder = (corpus.root / CONFIGS / "agents" / names[attempt - 1]).resolve()
        why = _refusal(folder)
        if why is not None:
            raise PaperbenchError(f"agent '{agent.id}' names {folder}, which {why}; mend the agent's config")
        return folder


def _refusal(place: Path) -> str | None:
    """Why this cannot be handed in; None when it can be."""
    if place.is_dir():
        return None
    if not place.exists():
        return "is not there"
    if not place.is_file():
        return f"is neither a folder nor a tar file ({SPELLED})"
    try:
        return refusal(place)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
