"""What a model is asked: one long beginning shared by the leaves of a category, the leaf last. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from runner.judging.evidence import Case, Section
from runner.judging.prompts import Prompt
from runner.judging.submission_text import (
    CHARS_PER_TOKEN,
    LOG_EDGE_CHARS,
    Shown,
    edges,
    fence,
    show_submission,
    token_of,
)
from runner.judging.types import Leaf
from validators.digest import digest_json

Message = dict[str, str]
LEAF_RESERVE_TOKENS = 4_000
LAYOUT = 2  # raised whenever the same prompt file and evidence would give other messages
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "expectations": {"type": "string"},
        "reality": {"type": "string"},
        "score": {"type": "integer", "enum": [0, 1]},
    },
    "required": ["expectations", "reality", "score"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class PaperTexts:
    """What a judge reads about a paper; empty where the paper has none."""

    paper: str
    addendum: str
    judge_addendum: str


@dataclass(frozen=True)
class Prefix:
    """The messages that all leaves of one category of one trial share."""

    messages: tuple[Message, ...]
    digests: tuple[str, ...]
    shown: Shown
    characters: int


def build_prefix(prompt: Prompt, case: Case, category: str, texts: PaperTexts, window_tokens: int) -> Prefix:
    """The shared messages; window_tokens is what a request may hold, its answer aside."""
    section = case.section(category)
    limit = max(0, window_tokens - LEAF_RESERVE_TOKENS) * CHARS_PER_TOKEN
    system = prompt.fill("system")
    paper = prompt.fill("paper", paper=_paper(texts, limit // 2))
    log = _log(section, min(LOG_EDGE_CHARS * 2, limit // 4)) if section.reproduction else ""
    part = f"evidence {category}"
    frame = len(prompt.parts[part]) + len(log)
    shown = show_submission(section, category, max(0, limit - len(system) - len(paper) - frame))
    values = {"submission": shown.text, "log": log, "outcome": _outcome(section)}
    contents = (("system", system), ("user", paper), ("user", prompt.fill(part, **values)))
    messages = tuple({"role": role, "content": content} for role, content in contents)
    characters = sum(len(content) for _, content in contents)
    return Prefix(messages, tuple(map(digest_json, messages)), shown, characters)


def leaf_message(prompt: Prompt, leaf: Leaf) -> Message:
    """The message about one leaf: a line with its path, the criteria above it, and itself."""
    above = "\n".join(f"{'  ' * depth}- {text}" for depth, text in enumerate(leaf.above)) or "(none)"
    content = prompt.fill(
        "leaf",
        path=json.dumps(leaf.path),
        above=above,
        requirement=leaf.requirement,
        question=prompt.parts[f"question {leaf.category}"],
    )
    return {"role": "user", "content": content}


def request_digest(prefix: Prefix, leaf: Message, parameters: dict[str, Any], repeat: int) -> str:
    """The digest of the canonical request; the shared messages enter by their digests, computed once."""
    return digest_json([LAYOUT, parameters, [*prefix.digests, digest_json(leaf)], repeat])


def _paper(texts: PaperTexts, limit: int) -> str:
    named = [
        ("paper", edges(texts.paper, limit)),
        ("addendum", texts.addendum),
        ("addendum for judges", texts.judge_addendum),
    ]
    token = token_of(*(text for _, text in named))
    return "\n\n".join(fence(label, text, token) for label, text in named if text)


def _log(section: Section, limit: int) -> str:
    if not section.log:
        return "(nothing was printed)"
    text = edges(section.log, limit)
    return fence("log", text, token_of(text))


def _outcome(section: Section) -> str:
    outcome = section.reproduction
    if outcome is None:
        return ""
    ended = f"exit status {outcome.exit_status}" if outcome.exit_status is not None else "no exit status"
    return f"It ended with {ended} ({outcome.reason})."
