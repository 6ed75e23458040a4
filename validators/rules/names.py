"""What rules about names share: what there is, and the fault of a name that is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from validators.documents import Document, kind_and_faults
from validators.faults import Fault
from validators.findings import Location
from validators.roots import CONFIG_FOLDERS, CONFIGS, DataRoot
from validators.words import advise, listed, shown


def unknown_name(
    document: Document, where: Location, name: Any, known: list[str], what: str
) -> Iterator[Fault]:
    """The fault of a name that is not known, if it is one."""
    if not isinstance(name, str) or name in known or document.root is None:
        return
    some = f"there is {listed(known[:10])}" if known else "there is none yet"
    yield Fault(where, f"{what} {shown(name)} does not exist; {advise(name, known, some)}")


def known_papers(document: Document) -> list[str]:
    """The papers of the document's root."""
    return document.root.paper_ids() if document.root is not None else []


def known_configs(document: Document, folder: str) -> list[str]:
    """The configs of a folder such as agents."""
    return document.root.config_ids(folder) if document.root is not None else []


def well_shaped(root: DataRoot, path: Path, kind: str) -> dict[str, Any]:
    """What another document of that kind holds; empty where it is missing or misshapen, which it is told."""
    data = root.data(path)
    return data if isinstance(data, dict) and not kind_and_faults(data, kind)[1] else {}


def named_config(root: DataRoot, folder: str, name: Any) -> dict[str, Any]:
    """What the config of that id in a folder such as agents holds; empty as above."""
    if not isinstance(name, str):
        return {}
    return well_shaped(root, root.path / CONFIGS / folder / f"{name}.yaml", CONFIG_FOLDERS[folder])


def paths_of(paper: Any) -> list[str]:
    """The files that the plain data of a paper.yaml lists, which may be misshapen."""
    files = paper.get("files") if isinstance(paper, dict) else None
    paths = [
        file.get("path") for file in (files if isinstance(files, list) else ()) if isinstance(file, dict)
    ]
    return [path for path in paths if isinstance(path, str)]
