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
    for folder in sorted((root.path / "papers").iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and not (folder / "paper.yaml").is_file():
            yield (
                folder.relative_to(root.path).as_posix(),
                "a paper's folder without paper.yaml; add one, or remove it",
            )


def yaml_is_where_it_is_read(root: DataRoot) -> Iterator[Stray]:
    """A YAML file lies where documents of its kind are read, and ends in .yaml.

    Why: papers/x/blacklists.yaml or rubrics/x.yml looks right and is read by nothing.
    Mend: rename or move it.
    Example:
        rubrics/heavy-ball.yml
    """
    configs = [root.path / CONFIGS, *(root.path / CONFIGS / name for name in CONFIG_FOLDERS)]
    places = [
        root.path / "papers",
        root.path / "rubrics",
        *sorted((root.path / "papers").glob("*/")),
        *configs,
    ]
    for place in places:
        for path in sorted(place.glob("*.y*ml")):
            if root.kind_at(path) is None and not path.name.endswith(".patch.yaml"):
                yield (
                    path.relative_to(root.path).as_posix(),
                    "no document is read from here; rename or move it",
                )
