"""What takes room among the images and is needed no more: listed and removed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner import procfs
from runner.copying import remove_tree
from runner.errors import PaperbenchError
from runner.images.arguments import wanted
from runner.images.kept import FETCHED, LOG, PACKAGES, SANDBOX, SIF, stem_of
from runner.images.recipes import Recipe, recipe, recipe_names
from runner.images.site import ImageSite
from runner.images.starting import ways
from validators.models.images import BuiltImage
from validators.roots import CONFIGS

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


def pruned(place: ImageSite, *, dry: bool) -> tuple[list[dict[str, Any]], str]:
    """Remove what no recipe makes now and no run config names, and what builders that are gone left."""
    kept, recipes = place.kept, {name: recipe(place.root, name) for name in recipe_names(place.root)}
    current = {image.digest for one in recipes.values() for image in ways(one, place)}
    entries = kept.entries()
    gone = [
        entry
        for entry in entries
        if entry.digest not in current and not _is_of(entry, recipes.get(entry.name))
    ]
    needed = {entry.sha256 for entry in entries if entry not in gone} | _named(place.root)
    fetched = [path for path in kept.folder.glob(f"{FETCHED}*{SIF}") if not _is_one_of(path, needed)]
    unpacked = [path for path in kept.folder.glob(f"*{SANDBOX}") if not _is_one_of(path, needed)]
    files = [kept.folder / f"{stem_of(entry)}{end}" for entry in gone for end in (SIF, LOG, PACKAGES)]
    paths = [*filter(Path.exists, files), *sorted(fetched), *sorted(unpacked), *sorted(_left(kept.folder))]
    freed = sum(map(_bytes, paths))
    if not dry:
        for path in paths:
            remove_tree(path)
        if gone:
            kept.forget(lambda entry: entry in gone)
    verb = "would remove" if dry else "removed"
    facts = [{"path": str(path), "removed": not dry} for path in paths]
    count = f"{verb} {len(gone) + len(fetched)} images, {freed / 1e6:.0f} MB"
    return facts, "\n".join([*(f"{verb} {path}" for path in paths), count])


def _is_of(entry: BuiltImage, recipe: Recipe | None) -> bool:
    """Whether the recipe gives the image with its own arguments, which may be another site's."""
    if recipe is None:
        return False
    try:
        return wanted(recipe, entry.arguments, entry.arguments, entry.start).digest == entry.digest
    except PaperbenchError:
        return False


def _named(root: Path) -> set[str]:
    """Every sha256 that stands in a config of the data root."""
    texts = (path.read_text(errors="replace") for path in (root / CONFIGS).glob("*.yaml"))
    return {sha256 for text in texts for sha256 in _SHA256.findall(text)}


def _is_one_of(path: Path, needed: set[str]) -> bool:
    """Whether the name ends with the first digits of one of these."""
    short = path.stem.rpartition("-")[2]
    return any(sha256.startswith(short) for sha256 in needed)


def _left(folder: Path) -> Iterator[Path]:
    """What is signed by a process of this machine that is gone."""
    for path in folder.glob(".*"):
        # The second name of an image that no lock.yaml records yet is the proof that it is whole.
        if any(map(procfs.abandoned, path.name.split("."))) and (path.is_dir() or path.lstat().st_nlink == 1):
            yield path


def _bytes(path: Path) -> int:
    below = path.rglob("*") if path.is_dir() else ()
    return sum(found.lstat().st_size for found in (path, *below))
