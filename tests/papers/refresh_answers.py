"""Writes the quick start's recorded answers anew: run it by hand after a submission or a rubric has changed.

    python -m tests.papers.refresh_answers

It turns answers.yaml, beside this file, into runner/configs/judges/quickstart.answers.jsonl, with the digests
of the submissions and leaves as they are now. First read again whether each answer is still true.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.manifest import scan, submission_digest
from validators.corpus import Corpus, rubric_tree
from validators.digest import leaf_digests
from validators.tree import leaves
from validators.yaml_reader import read_yaml

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "answers.yaml"
ANSWERS = ROOT / "runner/configs/judges/quickstart.answers.jsonl"


def unchecked(paper: str) -> Iterator[tuple[str, str]]:
    """Path and digest of every leaf of a paper that has no check."""
    root = rubric_tree(Corpus(ROOT).rubric(paper))
    digests = leaf_digests(root)
    return ((path, digests[path]) for path, leaf in leaves(root) if leaf.check is None)


def _answer(written: dict[str, Any], submission: str, path: str) -> dict[str, Any]:
    below = path.split("/", 1)[1]
    found = written.get(submission, {}).get(below) or written["oracle"].get(below)
    if found is None:
        raise SystemExit(f"answers.yaml has no answer to {path}; write one")
    return dict(found)


def lines() -> Iterator[str]:
    """The lines of the file of answers, as they should be."""
    for paper, written in read_yaml(SOURCE).data.items():
        for submission in sorted(written):
            digest = submission_digest(scan(ROOT / "papers" / paper / "submissions" / submission))
            for path, leaf in unchecked(paper):
                answer = _answer(written, submission, path)
                yield json.dumps({
                    "schema": "answer/v1", "paper": paper, "path": path, "leaf": leaf, "submission": digest,
                    "score": float(answer["score"]), "explanation": answer["explanation"],
                })  # fmt: skip


if __name__ == "__main__":
    ANSWERS.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
    print(f"{ANSWERS.relative_to(ROOT)} is current")
