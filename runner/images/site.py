"""What a site profile says of images, made paths."""

import os
from dataclasses import dataclass
from pathlib import Path

from runner.images.kept import Kept
from runner.images.recipes import recipes_folder
from validators.models.config import Site, SiteImages


@dataclass(frozen=True)
class ImageSite:
    """Where images of a data root are kept and built at a site, and what it says of their contents."""

    root: Path
    kept: Kept
    scratch: Path
    says: SiteImages

    @property
    def source(self) -> Path | None:
        """The file that images start from, where the site names one."""
        return self.root / self.says.source if self.says.source else None


def image_site(root: Path, site: Site) -> ImageSite:
    """The site's places: images beside their recipes, builds in TMPDIR or /var/tmp, unless it says more."""
    root = root.resolve()
    says = site.images or SiteImages(arguments={})
    folder = root / says.folder if says.folder else recipes_folder(root)
    scratch = root / says.scratch if says.scratch else _temporary()
    return ImageSite(root, Kept(folder), scratch, says)


def _temporary() -> Path:
    # Not /tmp unasked: it is small, or memory, on many machines.
    return Path(os.environ["TMPDIR"]) if os.environ.get("TMPDIR") else Path("/var/tmp")  # noqa: S108
