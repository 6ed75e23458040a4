"""Finds the papers of an upstream checkout and takes them over into a data root."""

from pathlib import Path

from runner.durable import write_atomic
from runner.errors import PaperbenchError
from runner.upstream.install import Installed, install, refuse_differing
from runner.upstream.papers import PaperFiles, read_paper
from runner.upstream.splits import merged, read_splits
from validators.corpus import Corpus
from validators.findings import InvalidDocumentError


def find_data(folder: Path) -> Path:
    """The folder that holds papers/: the one given or one below; raises PaperbenchError."""
    for inside in (".", "data", "paperbench", "paperbench/data", "project/paperbench/data"):
        if any((folder / inside / "papers").glob("*/config.yaml")):
            return folder / inside
    raise PaperbenchError(f"{folder} holds no papers/<id>/config.yaml; give upstream's data folder")


def import_papers(
    data: Path, root: Path, wanted: list[str], *, commit: str | None, force: bool
) -> list[Installed]:
    """Take over the wanted papers, or all; raises PaperbenchError with nothing written if one cannot be."""
    folders = {path.parent.name: path.parent for path in sorted((data / "papers").glob("*/config.yaml"))}
    unknown = [name for name in wanted if name not in folders]
    if unknown:
        raise PaperbenchError(f"{data / 'papers'} has no paper '{unknown[0]}'; it has {', '.join(folders)}")
    papers = [_read(folders[name], commit) for name in (dict.fromkeys(wanted) or folders)]
    held = {paper.id for paper in papers} | set(Corpus(root).paper_ids())
    splits = merged(root / "papers" / "splits.yaml", read_splits(data), held, force=force)
    if not force:
        for paper in papers:
            refuse_differing(root, paper)
    for kind in ("papers", "rubrics"):
        (root / kind).mkdir(parents=True, exist_ok=True)
    installed = [install(root, paper) for paper in papers]
    if splits is not None:
        write_atomic(root / "papers" / "splits.yaml", splits)
    return installed


def _read(folder: Path, commit: str | None) -> PaperFiles:
    try:
        return read_paper(folder, commit)
    except UnicodeEncodeError as error:
        raise PaperbenchError(
            f"{folder}: text that is no Unicode ({error.reason}); mend it and import again"
        ) from None
    except InvalidDocumentError as error:
        raise PaperbenchError(f"{folder} cannot become a paper: {error.findings[0]}") from None
