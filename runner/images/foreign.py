"""Images that were built elsewhere: a file, or fetched once by its URL; the sha256 is the one asked for."""

from collections.abc import Callable
from pathlib import Path

from runner.errors import PaperbenchError
from runner.images.exclusive import clear_images, only_builder, publish, temporary
from runner.images.hashing import Hashes
from runner.images.kept import FETCHED, SIF, verified
from runner.images.site import ImageSite
from runner.network import fetch_file
from validators.models.config import PrebuiltImage

_SHORT = 12


def foreign_file(use: PrebuiltImage, site: ImageSite, note: Callable[[str], None]) -> Path:
    """The image's file with the right sha256; raises PaperbenchError."""
    if "://" in use.sif:
        return _fetched(use, site, note)
    path = (site.root / use.sif).absolute()
    if not path.is_file():
        raise PaperbenchError(f"image {path} is no file; mend the path, or build it and put it there")
    verified(path, use.sha256, Hashes(site.root), "mend the sha256 in the run if that is the image you mean")
    return path


def _fetched(use: PrebuiltImage, site: ImageSite, note: Callable[[str], None]) -> Path:
    folder, stem = site.kept.folder, f"{FETCHED}{use.sha256[:_SHORT]}"
    path = folder / f"{stem}{SIF}"
    if not path.exists():
        _fetch(use, site, path, note)
    verified(path, use.sha256, Hashes(site.root), "remove it, and it is fetched again")
    return path


def _fetch(use: PrebuiltImage, site: ImageSite, path: Path, note: Callable[[str], None]) -> None:
    folder, stem = path.parent, path.stem
    folder.mkdir(parents=True, exist_ok=True)
    with only_builder(folder, stem, note):
        if not path.exists():
            clear_images(folder, stem)
            part = temporary(folder, stem)
            try:
                note(f"fetching {use.sif}")
                fetch_file(use.sif, part)
                # What is given the name has been read to its end.
                mend = f"mend the sha256 in the run, or fetch it by hand ({use.sif})"
                verified(part, use.sha256, Hashes(site.root), mend)
                part.chmod(0o644)
                publish(part, path)
            finally:
                part.unlink(missing_ok=True)
