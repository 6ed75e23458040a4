"""Agents: who makes an attempt. One file each, listed by hand."""

from pathlib import Path
from typing import Protocol

from runner.agents.noop import Noop
from runner.agents.reference import Reference
from runner.agents.submission import Submission
from runner.errors import PaperbenchError
from validators.corpus import Corpus
from validators.models.config import Agent


class AgentKind(Protocol):
    """A kind of agent."""

    @property
    def kind(self) -> str:
        """What agent configs call it."""

    def folder(self, corpus: Corpus, agent: Agent, paper: str, attempt: int) -> Path | None:
        """The folder it hands in, where that is known beforehand; raises PaperbenchError when it has none."""


AGENTS: tuple[AgentKind, ...] = (Reference("oracle"), Reference("flawed"), Noop(), Submission())


def agent_kind(kind: str) -> AgentKind:
    """The kind of this name; raises PaperbenchError for one that this version lacks."""
    for found in AGENTS:
        if found.kind == kind:
            return found
    have = ", ".join(found.kind for found in AGENTS)
    raise PaperbenchError(f"agents of kind '{kind}' are not available in this version; use one of: {have}")
