"""One paper of upstream's data folder as the files of ours, read whole before anything is written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import PaperbenchError
from runner.upstream.blacklist import entries
from runner.upstream.lfs import hydrate, is_pointer
from runner.upstream.rubric_file import rubric_file
from runner.upstream.yaml_text import document
from validators.digest import sha256_bytes, sha256_file
from validators.hydration import RUBRIC, our_name
from validators.load import to_model
from validators.models.base import Model
from validators.models.paper import Blacklist, Paper
from validators.models.rubric import Rubric
from validators.yaml_reader import parse_yaml, read_yaml

REPOSITORY = "openai/frontier-evals"
FOLDER = "project/paperbench/data/papers"
_IMAGES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"}


@dataclass(frozen=True)
class PaperFiles:
    """A paper as it will stand in the data root: what to write, what to copy, what was left out."""

    id: str
    written: dict[str, bytes]
    copied: dict[str, Path]
    left_out: int


def read_paper(folder: Path, commit: str | None) -> PaperFiles:
    """The paper in upstream's folder; raises PaperbenchError and InvalidDocumentError."""
    name = folder.name
    copied, left_out = _carried(folder)
    title, own_id = _config(folder)
    rubric = rubric_file(name, _text(folder / RUBRIC), str(folder / RUBRIC))
    blacklist = _blacklist(folder)
    pinned = [{"path": path, "sha256": sha256_file(source)} for path, source in sorted(copied.items())]
    source: dict[str, Any] = {"repository": REPOSITORY, "commit": commit, "folder": f"{FOLDER}/{name}"}
    source["id"] = own_id if own_id != name else None
    source["files"] = [
        {"path": path.name, "sha256": sha256_file(path)}
        for path in sorted(folder.iterdir())
        if path.suffix in {".json", ".txt", ".yaml"}
    ]
    paper = {
        "id": name, "revision": 1, "title": title, "files": pinned,
        "rubric": f"rubrics/{name}.yaml", "blacklist": "blacklist.yaml",
        "source": {key: value for key, value in source.items() if value is not None},
    }  # fmt: skip
    documents = {
        f"rubrics/{name}.yaml": rubric,
        f"papers/{name}/blacklist.yaml": document(
            "blacklist/v1", "../../spec/v1/blacklist.schema.json", blacklist
        ),
        f"papers/{name}/paper.yaml": document(
            "paper/v1", "../../spec/v1/paper.schema.json", paper, frozenset({"sha256", "commit"})
        ),
    }
    _prove(documents, name)
    return PaperFiles(
        name, documents, {f"papers/{name}/{path}": source for path, source in copied.items()}, left_out
    )


def _carried(folder: Path) -> tuple[dict[str, Path], int]:
    """The texts and figures by their path in our folder, and how many figures are only pointers."""
    copied: dict[str, Path] = {}
    left_out = 0
    for base in (folder, *sorted(path for path in folder.glob("judge/*") if path.is_dir())):
        texts = [base / text for text in ("paper.md", "addendum.md", "judge.addendum.md", "paper.pdf")]
        figures = sorted(path for path in base.glob("assets/**/*") if path.is_file())
        for path in [text for text in texts if text.is_file()] + figures:
            inside = path.relative_to(folder)
            if not is_pointer(path):
                copied[our_name(inside.as_posix())] = path
            elif path.suffix == ".md":
                raise PaperbenchError(f"{path} is a Git-LFS pointer, not the text; {hydrate(folder)}")
            else:
                left_out += 1
    if "paper.md" not in copied:
        raise PaperbenchError(f"{folder} holds no paper.md; give upstream's data folder, complete")
    return copied, left_out


def _text(path: Path) -> str:
    if not path.is_file():
        raise PaperbenchError(f"{path} is missing; give upstream's data folder, complete")
    if is_pointer(path):
        raise PaperbenchError(f"{path} is a Git-LFS pointer, not the text; {hydrate(path.parent)}")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise PaperbenchError(
            f"{path} is not UTF-8 at byte {error.start}; mend the file and import again"
        ) from None


def _config(folder: Path) -> tuple[str, str]:
    data = read_yaml(folder / "config.yaml").data
    found = [data.get(key) if isinstance(data, dict) else None for key in ("title", "id")]
    if not all(isinstance(value, str) and value for value in found):
        raise PaperbenchError(f"{folder / 'config.yaml'} has no id and title; mend the file and import again")
    return str(found[0]), str(found[1])


def _blacklist(folder: Path) -> dict[str, Any]:
    path = folder / "blacklist.txt"
    return {"paper": folder.name, "revision": 1, "entries": entries(_text(path), str(path))}


def _prove(documents: dict[str, bytes], name: str) -> None:
    """Read the documents back, so that nothing is written that could not be read."""
    models: tuple[type[Model], ...] = (Rubric, Blacklist, Paper)
    for path, model in zip(documents, models, strict=True):
        to_model(parse_yaml(documents[path].decode(), path), model, f"{name}: {path}")


def digest_of(content: bytes | Path) -> str:
    """The digest of a file's content, to be written or to be copied."""
    return sha256_bytes(content) if isinstance(content, bytes) else sha256_file(content)
