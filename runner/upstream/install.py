"""Puts read papers into a data root: whole or not at all, and never over something that differs."""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from runner.durable import write_atomic
from runner.errors import PaperbenchError
from runner.upstream.papers import PaperFiles, digest_of
from validators.digest import sha256_file
from validators.writing import fsync_folder


@dataclass(frozen=True)
class Installed:
    """What happened to one paper."""

    paper: str
    state: str
    left_out: int


def refuse_differing(root: Path, paper: PaperFiles) -> None:
    """Raise PaperbenchError when a file that the import would write is there with other bytes."""
    differing = _differing(root, paper)
    if differing:
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        raise PaperbenchError(
            f"{root / differing[0]}{more} differs from what would be written; replace it with --force"
        )


def install(root: Path, paper: PaperFiles) -> Installed:
    """Write the paper's files; one that is there with the same bytes is left alone."""
    folder = root / "papers" / paper.id
    if not folder.exists():
        _install_new(root, paper, folder)
        return Installed(paper.id, "added", paper.left_out)
    changed = [*_missing(root, paper), *_differing(root, paper)]
    # paper.yaml comes last: it names the digests of all the others.
    for name in sorted(changed, key=lambda name: (name.endswith("paper.yaml"), name)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        content = paper.written.get(name)
        write_atomic(root / name, paper.copied[name].read_bytes() if content is None else content)
    return Installed(paper.id, "replaced" if changed else "unchanged", paper.left_out)


def _install_new(root: Path, paper: PaperFiles, folder: Path) -> None:
    staging = folder.with_name(f".{paper.id}.{uuid.uuid4().hex}.tmp")
    inside = f"papers/{paper.id}/"
    rubric = f"rubrics/{paper.id}.yaml"
    try:
        for name, source in paper.copied.items():
            target = staging / name.removeprefix(inside)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        for name, content in paper.written.items():
            if name.startswith(inside):
                write_atomic(staging / name.removeprefix(inside), content)
        (root / "rubrics").mkdir(parents=True, exist_ok=True)
        write_atomic(root / rubric, paper.written[rubric])
        staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    fsync_folder(folder.parent)


def _contents(paper: PaperFiles) -> dict[str, bytes | Path]:
    return {**paper.written, **paper.copied}


def _missing(root: Path, paper: PaperFiles) -> list[str]:
    return [name for name in _contents(paper) if not (root / name).exists()]


def _differing(root: Path, paper: PaperFiles) -> list[str]:
    return [
        name
        for name, content in _contents(paper).items()
        if (root / name).exists() and sha256_file(root / name) != digest_of(content)
    ]
