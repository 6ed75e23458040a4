"""Rules about the folders of a data root."""

from collections.abc import Iterator
from pathlib import Path

from validators.probes import STRANGE
from validators.roots import CONFIG_FOLDERS, CONFIGS, DataRoot
from validators.rules.rule import Stray


def _places(root: DataRoot) -> list[Path]:
    papers = root.path / "papers"
    return [
        papers,
        root.path / "rubrics",
        *(papers / name for name in root.names(papers) if name.endswith("/")),
        root.path / CONFIGS,
        *(root.path / CONFIGS / name for name in CONFIG_FOLDERS),
    ]


def paper_folder_has_paper(root: DataRoot) -> Iterator[Stray]:
    """A folder under papers/ holds a paper.yaml.

    Why: without one the folder is passed over, whatever lies in it.
    Mend: add paper.yaml, or remove the folder.
    Example:
        papers/heavy-ball/paper.yml
    """
    for name in root.names(root.path / "papers"):
        if not name.endswith("/") or name.startswith("."):
            continue
        if not root.is_file(root.path / "papers" / name / "paper.yaml"):
            yield f"papers/{name.rstrip('/')}", "a paper's folder without paper.yaml; add one, or remove it"


def entry_is_plain(root: DataRoot) -> Iterator[Stray]:
    """What lies where documents and texts are read is a regular file or a folder, with a printable name.

    Why: a symlink may lead anywhere, also out of the data root or to itself, and shows one reader what
    another does not see; a pipe keeps its reader waiting. None of them is read.
    Mend: put the file or the folder itself there, and give it a name that can be typed.
    Example:
        rubrics/heavy-ball.yaml -> ../drafts/heavy-ball.yaml
    """
    for place in _places(root):
        for name in root.names(place):
            # Hidden names are an editor's, such as the link by which it locks a file.
            if name.endswith(STRANGE) and not name.startswith("."):
                stray = root.inside(place / name.removesuffix(STRANGE))
                yield stray, "a symlink, a pipe or a name that cannot be printed; put the file itself there"


def yaml_is_where_it_is_read(root: DataRoot) -> Iterator[Stray]:
    """A YAML file lies where documents of its kind are read, and ends in .yaml.

    Why: papers/x/blacklists.yaml or rubrics/x.yml looks right and is read by nothing.
    Mend: rename or move it.
    Example:
        rubrics/heavy-ball.yml
    """
    for place in _places(root):
        for name in root.names(place):
            path = place / name
            if name.endswith((".yaml", ".yml")) and root.kind_at(path) is None:
                yield root.inside(path), "no document is read from here; rename or move it"
