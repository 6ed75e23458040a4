"""Upstream's split files as splits/v1, added to the splits that are there."""

from pathlib import Path
from typing import Any

from runner.errors import PaperbenchError
from runner.upstream.yaml_text import document
from validators.findings import InvalidDocumentError
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


def merged(path: Path, splits: dict[str, list[str]], papers: set[str], *, force: bool) -> bytes | None:
    """What splits.yaml must hold, None for what it holds; raises PaperbenchError where a split differs.

    `papers` are those that the data root holds; others that upstream's splits name are declared absent.
    """
    if not splits:
        return None
    there, absent, text = _read(path)
    differing = sorted(name for name in splits if name in there and there[name] != splits[name])
    if differing and not force:
        raise PaperbenchError(
            f"{path} has its own split '{differing[0]}', which differs; replace it with --force"
        )
    wanted = there | {name: splits[name] for name in sorted(splits)}
    foreign = {paper for split in splits.values() for paper in split}
    still_absent = sorted((absent | foreign) - papers)
    if wanted == there and still_absent == sorted(absent):
        return None
    added = {name: papers for name, papers in wanted.items() if name not in there}
    return (
        _appended(text, added, wanted, still_absent)
        if not differing and not absent
        else _proven(wanted, still_absent)
    )


def _read(path: Path) -> tuple[dict[str, list[str]], set[str], str]:
    if not path.exists():
        return {}, set(), ""
    text = path.read_text(encoding="utf-8")
    document = to_model(parse_yaml(text, str(path)), Splits, str(path))
    return {name: list(papers) for name, papers in document.splits.items()}, set(document.absent), text


def _appended(
    text: str, added: dict[str, list[str]], wanted: dict[str, list[str]], absent: list[str]
) -> bytes:
    """The file with the new splits at its end, its comments kept where that can be done."""
    whole = _proven(wanted, absent)
    if not text:
        return whole
    block = document("splits/v1", PRAGMA, _data(added, absent)).decode().partition("splits:\n")[2]
    longer = text.rstrip("\n") + "\n" + block
    try:
        same = parse_yaml(longer, "splits.yaml").data == parse_yaml(whole.decode(), "splits.yaml").data
    except InvalidDocumentError:
        same = False
    return longer.encode() if same else whole


def _data(splits: dict[str, list[str]], absent: list[str]) -> dict[str, Any]:
    return {"splits": splits, **({"absent": absent} if absent else {})}


def _proven(splits: dict[str, list[str]], absent: list[str]) -> bytes:
    content = document("splits/v1", PRAGMA, _data(splits, absent))
    to_model(parse_yaml(content.decode(), "papers/splits.yaml"), Splits, "papers/splits.yaml")
    return content
