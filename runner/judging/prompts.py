"""Prompts: files of named parts with places to fill in; the digest of the file is its version."""

import re
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from validators.digest import sha256_bytes

SHIPPED = Path(__file__).parents[1] / "prompts"
_PART = re.compile(r"^<!-- part: (.+) -->\n", re.MULTILINE)
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_NEEDED = ("system", "paper", "leaf")
_PER_CATEGORY = ("evidence", "question")
_CATEGORIES = ("Code Development", "Code Execution", "Result Analysis")


@dataclass(frozen=True)
class Prompt:
    """One prompt file."""

    digest: str
    parts: dict[str, str]

    def fill(self, part: str, **values: str) -> str:
        """The part with its places filled in, in one pass: what is filled in is never read for places."""
        return _PLACE.sub(lambda place: values[place[1]], self.parts[part])


def prompt_file(name: str, data_root: Path) -> Path:
    """Where the prompt lies: in the data root, else with this program; raises PaperbenchError."""
    for folder in (data_root / "runner" / "prompts", SHIPPED):
        path = folder / f"{name}.md"
        if path.is_file():
            return path
    raise PaperbenchError(f"no prompt '{name}' in {SHIPPED}; name one of its files, without .md")


def read_prompt(path: Path) -> Prompt:
    """The prompt in the file; raises PaperbenchError when a part is missing."""
    data = path.read_bytes()
    pieces = _PART.split(data.decode("utf-8"))
    parts = {name: text.strip("\n") for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    wanted = [*_NEEDED, *(f"{kind} {category}" for kind in _PER_CATEGORY for category in _CATEGORIES)]
    missing = [name for name in wanted if name not in parts]
    if missing:
        raise PaperbenchError(
            f"{path} lacks the part '{missing[0]}'; add a line '<!-- part: {missing[0]} -->'"
        )
    return Prompt(sha256_bytes(data), parts)
