"""Rules about what a run names: the configs of agents, judges and sites."""

from collections.abc import Iterator
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.rules.names import known_papers, unknown_name
from validators.words import shown


def config_file_is_id(document: Document) -> Iterator[Fault]:
    """A config's file has the config's id for its name.

    Why: a run finds agents, judges and sites by file name.
    Mend: rename the file or change the id.
    Example:
        runner/configs/agents/oracle.yaml:  id: orcale
    """
    stem, name = document.path.stem, document.data.get("id")
    if document.placed and name != stem:
        yield Fault(("id",), f"id {shown(name)} is not its file's name; write '{stem}', or rename the file")


def judge_has_its_section(document: Document) -> Iterator[Fault]:
    """A judge has the section that its `otherwise` names.

    Why: `otherwise: llm` without `llm:` names nobody.
    Mend: add the section.
    Example:
        otherwise: constant     # and no constant: {score: 0}
    """
    chosen = document.data.get("otherwise")
    if chosen in ("llm", "replay", "constant", "random") and document.data.get(chosen) is None:
        yield Fault(
            ("otherwise",), f"otherwise is {shown(chosen)} but there is no section '{chosen}'; add it"
        )


def replay_answers_are_there(document: Document) -> Iterator[Fault]:
    """The answers that a replay judge reads are there.

    Why: without them every leaf it should decide fails.
    Mend: correct the path, which starts at the config's own folder.
    Example:
        replay: {answers: recorded.jsonl}
    """
    answers = (document.data.get("replay") or {}).get("answers")
    root = document.root if document.placed else None
    if isinstance(answers, str) and root is not None and not root.is_file(document.path.parent / answers):
        yield Fault(
            ("replay", "answers"), f"file {shown(answers)} is not there; mend the path, which starts here"
        )


def submission_agent_has_folders(document: Document) -> Iterator[Fault]:
    """An agent of kind submission lists folders, and only such an agent does.

    Why: it hands in what a user already has; without folders it has nothing, and the other kinds never look
    at them.
    Mend: add `submissions: [{paper: ..., folders: [...]}]`, or change the kind.
    Example:
        kind: submission        # and no submissions
    """
    kind, submissions = document.data.get("kind"), document.data.get("submissions")
    if kind == "submission" and not submissions:
        yield Fault(("kind",), "an agent of kind 'submission' without submissions; list its folders by paper")
    if isinstance(kind, str) and kind != "submission" and submissions:
        yield Fault(
            ("submissions",), f"submissions of an agent of kind {shown(kind)}; remove them", at_key=True
        )


def submission_papers_exist(document: Document) -> Iterator[Fault]:
    """An agent's submissions are for papers that exist, each listed once.

    Why: folders for a misspelt paper would never be handed in.
    Mend: correct the id; put all folders of a paper under one entry.
    Example:
        submissions: [{paper: heavy-bal, folders: [mine]}]
    """
    seen: set[Any] = set()
    for number, entry in enumerate(document.data.get("submissions") or ()):
        where = ("submissions", number, "paper")
        if entry.get("paper") in seen:
            yield Fault(where, f"paper {shown(entry['paper'])} stands twice; put its folders under one entry")
        else:
            yield from unknown_name(document, where, entry.get("paper"), known_papers(document), "paper")
        seen.add(entry.get("paper"))
