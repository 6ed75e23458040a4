"""The texts of a paper that a judge reads, from the data root."""

from pathlib import Path

from runner.errors import PaperbenchError
from runner.judging.llm.messages import PaperTexts

_LFS = "version https://git-lfs.github.com/spec/"


def read_paper_texts(root: Path, paper: str) -> PaperTexts:
    """paper.md, addendum.md and judge-addendum.md; raises PaperbenchError without a text."""
    folder = root / "papers" / paper
    text = _read(folder / "paper.md")
    if not text.strip():
        raise PaperbenchError(
            f"{folder / 'paper.md'} is missing or empty; a model cannot judge without the paper"
        )
    return PaperTexts(text, _read(folder / "addendum.md"), _read(folder / "judge-addendum.md"))


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    if text.startswith(_LFS):
        raise PaperbenchError(f"{path} is a Git LFS pointer, not the text; fetch it with 'git lfs pull'")
    return text
