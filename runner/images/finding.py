"""From what a run asks for to an image that is here, whole and known."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runner.images.building import Builder
from runner.images.foreign import foreign_file
from runner.images.hashing import PLACE
from runner.images.kept import PACKAGES
from runner.images.packages import packages_file
from runner.images.recipes import recipe
from runner.images.site import image_site
from runner.images.starting import chosen
from validators.models.config import PrebuiltImage, Site


@dataclass(frozen=True)
class Image:
    """A SIF that may be used.

    digest is that of the recipe, its build arguments and every input file; None for an image built elsewhere.
    packages is a text that lists what is installed in it; folder is where images are kept.
    """

    name: str
    path: Path
    sha256: str
    digest: str | None
    packages: Path | None
    folder: Path


def image_for(root: Path, use: str | PrebuiltImage, site: Site, note: Callable[[str], None]) -> Image:
    """The image of that name, or built elsewhere: verified, and built or fetched if it is not here.

    Raises PaperbenchError.
    """
    place = image_site(root, site)
    if isinstance(use, PrebuiltImage):
        path = foreign_file(use, place, note)
        listed = place.root / PLACE.parent / f"{use.sha256}{PACKAGES}"
        packages = packages_file(path, listed, place.scratch, note)
        return Image(path.name, path, use.sha256, None, packages, place.kept.folder)
    wanted = chosen(recipe(place.root, use), place, note)
    entry = Builder(place, note, note).ensure(wanted)
    path = place.kept.sif(wanted.stem)
    listed = place.kept.packages(wanted.stem)
    packages = packages_file(path, listed, place.scratch, note)
    return Image(use, path, entry.sha256, entry.digest, packages, place.kept.folder)
