"""The files that a new paper and its rubric begin as."""

import re
from pathlib import Path

from runner.errors import PaperbenchError, UsageError
from validators.digest import sha256_bytes
from validators.hydration import how_to_fetch
from validators.roots import DataRoot
from validators.writing import write_atomically

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "new"
_DIGEST = re.compile(r"\{\{sha256 ([^}]+)\}\}")
# As the models have it; they take too long to load for this.
_ID = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*\Z")


def started(paper: str) -> dict[str, bytes]:
    """What to write, by path from the data root; paper.yaml, which names the others, comes last."""
    folder = f"papers/{paper}"
    places = {
        f"{folder}/{name}": name for name in ("paper.md", "addendum.md", "blacklist.yaml")
    } | {f"rubrics/{paper}.yaml": "rubric.yaml", f"{folder}/paper.yaml": "paper.yaml"}  # fmt: skip
    return {place: _filled(name, paper).encode() for place, name in places.items()}


def _filled(name: str, paper: str) -> str:
    text = (_TEMPLATES / name).read_text(encoding="utf-8").replace("{{paper}}", paper)
    return _DIGEST.sub(lambda match: sha256_bytes(_filled(match[1], paper).encode()), text)


def start(root: Path, paper: str) -> list[str]:
    """Write the files of a new paper; raises PaperbenchError where any of them is there already."""
    if not _ID.match(paper):
        raise UsageError(f"'{paper}' is no id; write lower-case letters and digits, joined by - . or _")
    data_root = DataRoot(root)
    if data_root.fetchable(paper) and not data_root.is_hydrated(paper):
        raise PaperbenchError(
            f"paper '{paper}' has a rubric elsewhere; fetch it with '{how_to_fetch(paper)}'"
        )
    files = started(paper)
    there = [place for place in files if (root / place).exists()]
    if there:
        raise PaperbenchError(f"{there[0]} is there already; edit it, or choose another id")
    for place, content in files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root / place, content)
    return list(files)
