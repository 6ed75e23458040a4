"""Rules about the folders of a data root."""

from collections.abc import Iterator

from validators.roots import CONFIG_FOLDERS, CONFIGS, DataRoot
from validators.rules.rule import Stray


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


def yaml_is_where_it_is_read(root: DataRoot) -> Iterator[Stray]:
    """A YAML file lies where documents of its kind are read, and ends in .yaml.

    Why: papers/x/blacklists.yaml or rubrics/x.yml looks right and is read by nothing.
    Mend: rename or move it.
    Example:
        rubrics/heavy-ball.yml
    """
    papers = root.path / "papers"
    places = [
        papers,
        root.path / "rubrics",
        *(papers / name for name in root.names(papers) if name.endswith("/")),
        root.path / CONFIGS,
        *(root.path / CONFIGS / name for name in CONFIG_FOLDERS),
    ]
    for place in places:
        for name in root.names(place):
            path = place / name
            if name.endswith((".yaml", ".yml")) and root.kind_at(path) is None:
                yield root.inside(path), "no document is read from here; rename or move it"
