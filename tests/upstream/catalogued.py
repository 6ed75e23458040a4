"""A data root whose papers are catalogue entries of upstream folders made for tests."""

import hashlib
import json
from pathlib import Path

from tests.upstream.folders import write_paper
from validators.hydration import our_name

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FOLDER = "data/papers"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def upstream(data: Path, *names: str) -> Path:
    """Upstream's data folder with the papers, one text for judges among them."""
    for name in names:
        folder = write_paper(data, name)
        (folder / "judge.addendum.md").write_text(f"For judges of {name}.\n")
        (folder / "judge" / "older").mkdir(parents=True)
        (folder / "judge" / "older" / "paper.md").write_text("An older paper.\n")
    return data


def catalogued(root: Path, data: Path) -> Path:
    """A data root with an entry for each paper of the folder, and nothing of its content."""
    (root / "rubrics").mkdir(parents=True)
    for folder in sorted((data / "papers").iterdir()):
        pins = {
            str(path.relative_to(folder)): sha256(path.read_bytes())
            for path in sorted(folder.rglob("*")) if path.is_file()
        }  # fmt: skip
        texts = {our_name(path): pin for path, pin in pins.items() if path.endswith(".md")}
        entry = root / "papers" / folder.name
        entry.mkdir(parents=True)
        paper = {
            "schema": "paper/v1", "id": folder.name, "revision": 1, "title": folder.name,
            "files": [{"path": path, "sha256": pin} for path, pin in texts.items()],
            "rubric": f"rubrics/{folder.name}.yaml",
            "source": {
                "repository": "owner/name", "commit": COMMIT, "folder": f"{FOLDER}/{folder.name}", "nodes": 7,
                "leaves": {"Code Development": 3, "Code Execution": 1, "Result Analysis": 1},
                "files": [{"path": path, "sha256": pin} for path, pin in pins.items()],
            },
        }  # fmt: skip
        (entry / "paper.yaml").write_text(json.dumps(paper))
        blacklist = {"schema": "blacklist/v1", "paper": folder.name, "revision": 1, "entries": []}
        (entry / "blacklist.yaml").write_text(json.dumps(blacklist))
    return root


def files(root: Path) -> dict[str, bytes]:
    """Everything under a folder but the validator's cache."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".cache" not in path.parts
    }
