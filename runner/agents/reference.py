"""The agents that hand in a paper's own reference submissions: oracle, and flawed with a plausible bug."""

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.corpus import Corpus
from validators.models.config import Agent


@dataclass(frozen=True)
class Reference:
    """Hands in papers/<paper>/submissions/<kind>."""

    kind: str

    def folder(self, corpus: Corpus, agent: Agent, paper: str, attempt: int) -> Path | None:
        """The reference submission, the same at every attempt."""
        del attempt
        folder = corpus.paper_folder(paper) / "submissions" / self.kind
        if not folder.is_dir():
            raise PaperbenchError(
                f"paper '{paper}' has no submissions/{self.kind} for agent '{agent.id}'; "
                "add the folder, or list the agent's papers in the run config"
            )
        return folder
