"""Upstream's split files as splits/v1, added to the splits that are there."""

from pathlib import Path

from runner.errors import PaperbenchError
from runner.upstream.yaml_text import document
from validators.load import to_model
from validators.models.paper import Splits
from validators.yaml_reader import parse_yaml

PRAGMA = "../spec/v1/splits.schema.json"


def read_splits(data: Path) -> dict[str, list[str]]:
    """The splits of upstream's data folder, by name; none when it has no split files."""
    for folder in (data / "splits", data / "experiments" / "splits", data.parent / "experiments" / "splits"):
        if folder.is_dir():
            return {
                path.stem: path.read_text(encoding="utf-8").split() for path in sorted(folder.glob("*.txt"))
            }
    return {}


def merged(path: Path, splits: dict[str, list[str]], *, force: bool) -> bytes | None:
    """What splits.yaml must hold, None for what it holds; raises PaperbenchError where a split differs."""
    if not splits:
        return None
    if not path.exists():
        return _proven({name: splits[name] for name in sorted(splits)})
    text = path.read_text(encoding="utf-8")
    there = {
        name: list(papers)
        for name, papers in to_model(parse_yaml(text, str(path)), Splits, str(path)).splits.items()
    }
    differing = sorted(name for name in splits if name in there and there[name] != splits[name])
    if differing and not force:
        raise PaperbenchError(
            f"{path} has its own split '{differing[0]}', which differs; replace it with --force"
        )
    if not differing and all(name in there for name in splits):
        return None
    added = {name: splits[name] for name in sorted(splits) if name not in there}
    return _appended(text, there, added) if not differing else _proven(there | splits)


def _appended(text: str, there: dict[str, list[str]], added: dict[str, list[str]]) -> bytes:
    """The file with the new splits at its end, its comments kept where that can be done."""
    block = document("splits/v1", PRAGMA, {"splits": added}).decode().partition("splits:\n")[2]
    longer = text.rstrip("\n") + "\n" + block
    try:
        read = to_model(parse_yaml(longer, "splits.yaml"), Splits, "splits.yaml").splits
    except Exception:  # noqa: BLE001  whatever stops the short way, the long one works
        read = {}
    wanted = there | added
    return (
        longer.encode()
        if {name: list(papers) for name, papers in read.items()} == wanted
        else _proven(wanted)
    )


def _proven(splits: dict[str, list[str]]) -> bytes:
    content = document("splits/v1", PRAGMA, {"splits": splits})
    to_model(parse_yaml(content.decode(), "papers/splits.yaml"), Splits, "papers/splits.yaml")
    return content
