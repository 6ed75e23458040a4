"""The agent that hands in folders a user already has."""

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.corpus import Corpus
from validators.models.config import Agent
from validators.roots import CONFIGS


@dataclass(frozen=True)
class Submission:
    """Hands in one named folder an attempt."""

    kind: str = "submission"

    def folder(self, corpus: Corpus, agent: Agent, paper: str, attempt: int) -> Path | None:
        """The attempt's folder, read from the agent config's own folder."""
        names = [name for own in agent.submissions if own.paper == paper for name in own.folders]
        if attempt > len(names):
            raise PaperbenchError(
                f"agent '{agent.id}' names {len(names)} folders for paper '{paper}' and attempt {attempt} "
                "needs one more; add folders, or lower attempts"
            )
        folder = (corpus.root / CONFIGS / "agents" / names[attempt - 1]).resolve()
        if not folder.is_dir():
            raise PaperbenchError(
                f"agent '{agent.id}' names {folder}, which is no folder; mend the agent's config"
            )
        return folder
