"""Rules about the figures that the texts of a paper show."""

import posixpath
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from urllib.parse import unquote

from validators.documents import Document
from validators.faults import Fault
from validators.markdown import without_code
from validators.roots import DataRoot
from validators.rules.rule import Note, Stray
from validators.texts import line_and_column
from validators.words import shown

_ASSETS = "assets/"
# A link's target, in round or angle brackets or after a reference's colon, with brackets in pairs or after a
# backslash; and an image's in HTML.
_SIGN = r"[^\s()<>\\]|\\[^\s]"
_TARGET = re.compile(
    r"(?<!\\)\](?:\(|:[ \t]{1,9})(?:<([^<>\n]{1,300})>"
    rf"|((?:{_SIGN}|\((?:{_SIGN}){{0,300}}\)){{1,300}}))"
)
_SOURCE = re.compile(
    r"<img\s(?:[^<>]{0,300}?\s)?src=(?:[\"']([^\"'\n]{1,300})[\"']|([^\s\"'=<>`]{1,300}))", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_AFTER_PATH = re.compile("[?#]")
_FOREIGN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/#?]")
# What a file shows of one mistake; and more links than any paper has.
_MOST, _MOST_LINKS = 50, 10_000
_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})


def figure_is_there(document: Document) -> Iterator[Fault | Note]:
    """A figure that a text shows lies in the paper's folder.

    Why: an agent and a judge who read 'see the figure' must be able to. Where a paper has no folder assets/
    (upstream keeps figures apart from the text), its figures are counted and not looked for. What stands as
    code is no link.
    Mend: add the file, or correct the link.
    Example:
        ![Loss over steps](assets/los.png)
    """
    root, folder = document.root, document.path.parent
    figures = list(_shown(document.text))
    if root is None or not figures:
        return
    if _ASSETS not in root.names(folder):
        yield Note("figures not looked for, since their paper has no folder assets/", len(figures))
        return
    missing = [
        (offset, figure)
        for offset, figure in figures
        if figure.startswith(("../", "/")) or not root.is_file(folder / figure)
    ]
    for number, (offset, figure) in enumerate(missing[:_MOST], 1):
        more = f" (and {len(missing) - _MOST} more)" if number == _MOST < len(missing) else ""
        message = f"figure {shown(figure)} is not there{more}; add it, or correct the link"
        yield Fault((), message, at=line_and_column(document.text, offset))


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """Offset and path of what a text links in its own folder: images, and anything in assets/."""
    said = without_code(text)
    links = ((match, _ESCAPED.sub(r"\1", _target(match))) for match in _TARGET.finditer(said))
    sources = ((match, _target(match)) for match in _SOURCE.finditer(said))
    for match, target in islice(chain(links, sources), _MOST_LINKS):
        path = posixpath.normpath(unquote(_AFTER_PATH.split(target, maxsplit=1)[0]))
        image = posixpath.splitext(path)[1].lower() in _IMAGES
        if not _FOREIGN.match(target) and (image or path.startswith(_ASSETS)):
            yield match.start(match.lastindex or 0), path


def _target(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def asset_is_shown(root: DataRoot) -> Iterator[Stray]:
    """A file in a paper's assets/ is linked by one of the texts beside that folder.

    Why: a figure that no text shows is given to every agent and looked at by none; often it is one that was
    left when another took its place. Symbolic links are not followed.
    Mend: link it, or remove it.
    Example:
        papers/heavy-ball/assets/old-loss.png
    """
    for folder in _folders_with_texts(root):
        if _ASSETS not in root.names(folder):
            continue
        texts = (root.text(folder / name) for name in root.names(folder) if name.endswith(".md"))
        linked = {path for text in texts for _, path in _shown(text or "")}
        for asset in _below(root, folder, "assets"):
            if asset not in linked:
                yield (
                    root.inside(folder / asset),
                    "no text of the paper shows it; link it, or remove it",
                )


def _folders_with_texts(root: DataRoot) -> Iterator[Path]:
    for paper in root.paper_ids():
        folder = root.path / "papers" / paper
        yield folder
        for name in root.names(folder / "judge"):
            if name.endswith("/"):
                yield folder / "judge" / name


def _below(root: DataRoot, folder: Path, inside: str) -> Iterator[str]:
    """The files in a folder, links and hidden ones aside; of very many the first."""
    for name, size in (root.tree(folder / inside) or {}).items():
        if size is not None and not any(part.startswith(".") for part in name.split("/")):
            yield f"{inside}/{name}"
