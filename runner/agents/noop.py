"""The agent that does nothing: the floor of every board."""

from dataclasses import dataclass
from pathlib import Path

from validators.corpus import Corpus
from validators.models.config import Agent


@dataclass(frozen=True)
class Noop:
    """Hands nothing in."""

    kind: str = "noop"

    def folder(self, corpus: Corpus, agent: Agent, paper: str, attempt: int) -> Path | None:
        """None, always."""
        del corpus, agent, paper, attempt
        return None
