"""The files that a new paper and its rubric begin as."""

import re
from pathlib import Path

from runner.errors import PaperbenchError, UsageError
from validators.digest import sha256_bytes
from validators.hydration import how_to_fetch
from validators.ids import LONGEST_SLUG, SLUG
from validators.layout.scalars import double, misread
from validators.roots import DataRoot
from validators.writing import write_atomically

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "new"
_DIGEST = re.compile(r"\{\{sha256 ([^}]+)\}\}")


def started(paper: str) -> dict[str, bytes]:
    """What to write, by path from the data root; paper.yaml, which names the others, comes last."""
    folder = f"papers/{paper}"
    places = {
        f"{folder}/{name}": name for name in ("paper.md", "addendum.md", "blacklist.yaml")
    } | {f"rubrics/{paper}.yaml": "rubric.yaml", f"{folder}/paper.yaml": "paper.yaml"}  # fmt: skip
    return {place: _filled(name, paper).encode() for place, name in places.items()}


def _filled(name: str, paper: str) -> str:
    text = (_TEMPLATES / name).read_text(encoding="utf-8").replace("{{paper}}", paper)
    text = text.replace("{{id}}", double(paper) if misread(paper) else paper)
    return _DIGEST.sub(lambda match: sha256_bytes(_filled(match[1], paper).encode()), text)


def _refuse_no_id(paper: str) -> None:
    """Raise UsageError for what cannot be the id of a paper whose rubric is kept here."""
    if not re.match(SLUG, paper):
        raise UsageError(f"'{paper}' is no id; write lower-case letters and digits, joined by - . or _")
    if len(paper) > LONGEST_SLUG:
        raise UsageError(f"an id of {len(paper)} characters is too long; write at most {LONGEST_SLUG}")
    if paper.endswith(".patch"):
        raise UsageError(f"'{paper}' is no id: rubrics/{paper}.yaml would be an overlay; write another end")


def start(root: Path, paper: str) -> list[str]:
    """Write the files of a new paper; raises PaperbenchError where any of them is there already."""
    _refuse_no_id(paper)
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
