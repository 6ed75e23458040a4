"""A data root of a few lines for tests: one paper with three leaves, agents, judges and a site."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

REPRODUCE = "#!/bin/bash\nset -e\necho reproducing\necho 42 > answer.txt\n"
PAPER_TEXT = "# A tiny paper\n\nThe answer is 42.\n"


def write(path: Path, value: Any) -> Path:
    """Write a document; JSON is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1) + "\n")
    return path


def add_paper(root: Path, paper: str = "tiny", reproduce: str | None = REPRODUCE) -> None:
    """A paper, its rubric of three leaves, its blacklist and its reference submissions."""
    folder = root / "papers" / paper
    write(folder / "paper.md", PAPER_TEXT)
    digest = hashlib.sha256(PAPER_TEXT.encode()).hexdigest()
    write(folder / "paper.yaml", {
        "schema": "paper/v1", "id": paper, "revision": 1, "title": "A tiny paper",
        "files": [{"path": "paper.md", "sha256": digest}], "rubric": f"rubrics/{paper}.yaml",
    })  # fmt: skip
    write(folder / "blacklist.yaml", {"schema": "blacklist/v1", "paper": paper, "revision": 1, "entries": []})
    write(root / "rubrics" / f"{paper}.yaml", _rubric(paper))
    for name in ("oracle", "flawed"):
        add_submission(folder / "submissions" / name, reproduce)


def _rubric(paper: str) -> dict[str, Any]:
    leaves = [
        {"id": "code", "requirement": "There is code.", "category": "Code Development",
         "check": {"kind": "file_exists", "glob": "main.txt"}},
        {"id": "runs", "requirement": "It runs.", "category": "Code Execution",
         "check": {"kind": "exit_status", "equals": 0}},
        {"id": "answer", "requirement": "The answer is 42.", "category": "Result Analysis", "weight": 2},
    ]  # fmt: skip
    criterion = {"id": "root", "requirement": "The paper is replicated.", "children": leaves}
    return {"schema": "rubric/v1", "paper": paper, "revision": 1, "status": "draft", "criterion": criterion}


def add_submission(folder: Path, reproduce: str | None = REPRODUCE) -> Path:
    """A submission with one file of code and, unless None, a reproduce.sh."""
    write(folder / "main.txt", "code\n")
    if reproduce is not None:
        write(folder / "reproduce.sh", reproduce)
    return folder


def add_agent(root: Path, agent: str, kind: str, submissions: dict[str, Sequence[str]] | None = None) -> None:
    """An agent; submissions are folders by paper."""
    document: dict[str, Any] = {"schema": "agent/v1", "id": agent, "kind": kind}
    if submissions:
        document["submissions"] = [
            {"paper": paper, "folders": list(names)} for paper, names in submissions.items()
        ]
    write(root / f"runner/configs/agents/{agent}.yaml", document)


def add_run(
    root: Path, name: str = "tiny-run", agents: Iterable[str | dict[str, Any]] = ("oracle",), **changes: Any
) -> Path:
    """A run config over the tiny paper; changes replace keys."""
    limits = {"rollout": {"time_limit_minutes": 1}, "reproduce": {"time_limit_minutes": 1}}
    uses = [{"id": agent} if isinstance(agent, str) else agent for agent in agents]
    document = {
        "schema": "run/v1", "id": name, "papers": ["tiny"], "agents": uses,
        "judge": "constant", "site": "local", "limits": limits,
    }  # fmt: skip
    return write(root / f"runner/configs/{name}.yaml", document | changes)


def add_site(root: Path, name: str = "local", **changes: Any) -> None:
    """A site profile for this machine."""
    document = {"schema": "site/v1", "id": name, "scheduler": "local", "workers": 2}
    write(root / f"runner/configs/sites/{name}.yaml", document | changes)


def tiny_root(root: Path, reproduce: str | None = REPRODUCE) -> Path:
    """A data root: paper tiny, agents oracle, flawed, noop, judge constant, site local, run tiny-run."""
    add_paper(root, reproduce=reproduce)
    write(root / "papers/splits.yaml", {"schema": "splits/v1", "splits": {"all": ["tiny"]}})
    for kind in ("oracle", "flawed", "noop"):
        add_agent(root, kind, kind)
    judge = {"schema": "judge/v1", "id": "constant", "otherwise": "constant", "constant": {"score": 1}}
    write(root / "runner/configs/judges/constant.yaml", judge)
    add_site(root)
    add_run(root)
    return root
