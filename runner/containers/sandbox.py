"""An image unpacked once into a folder, for machines that can neither mount nor unpack it for every start."""

from glob import escape
from pathlib import Path

from runner import procfs
from runner.apptainer.command import PROGRAM
from runner.containers.launching import Host, places
from runner.containers.starting import started
from runner.copying import remove_tree
from runner.images import Image
from runner.images.arguments import SHORT
from runner.images.kept import SANDBOX
from validators.writing import fsync_folder

PATIENCE_SECONDS = 3600.0


def sandbox(image: Image, host: Host) -> Path:
    """The folder with the image's files, made now if need be; raises ApptainerError and OSError."""
    folder = image.folder / f"{image.path.stem}-{image.sha256[:SHORT]}{SANDBOX}"
    if folder.is_dir():
        return folder
    image.folder.mkdir(parents=True, exist_ok=True)
    for leftover in image.folder.glob(f".{escape(folder.name)}.*"):
        if any(map(procfs.abandoned, leftover.name.split("."))):
            remove_tree(leftover)
    draft = image.folder / f".{folder.name}.{procfs.signature()}"
    aside = draft.with_name(f"{draft.name}.aside")
    try:
        written = places(aside)
        for place in (written.temporary, written.cache, written.configuration):
            place.mkdir(parents=True, exist_ok=True)
        options = ["--fakeroot"] if host.superuser else []
        started(
            [PROGRAM, "--quiet", "build", *options, "--sandbox", str(draft), str(image.path)],
            written.environment(host.caller),
            aside,
            PATIENCE_SECONDS,
        )
        _settle(draft, folder)
    finally:
        remove_tree(draft)
        remove_tree(aside)
    return folder


def _settle(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Somebody else was faster.
        if not folder.is_dir():
            raise
    fsync_folder(folder.parent)
