"""One builder at a time for each image, and what killed builders left behind.

Where the file system has no locks, or keeps them from other hosts, two may build the same image: each under a
name of its own, and the first that is ready stays. Names are signed: nobody clears what another makes.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner import procfs
from runner.durable import opened_lock
from runner.errors import PaperbenchError
from runner.processes import finished
from validators.writing import fsync_folder

_BUILDS = "paperbench-build-"
_LOOK_SECONDS = 0.2
_REMOVE_SECONDS = 600.0
_SAID_BYTES = 1 << 12
# Longer than any build may take: what another host or an earlier boot left is told by its age.
_STALE_SECONDS = 2 * 86400.0


class BuildFailedError(PaperbenchError):
    """A build that fails for whoever tries: those who waited for it are told, and do not try."""


@contextmanager
def only_builder(folder: Path, stem: str, note: Callable[[str], None]) -> Iterator[str]:
    """Wait until nobody else on this file system builds the image; a builder that dies waits for nobody.

    Gives why the build failed that was waited for; nothing when none did.
    """
    handle = opened_lock(folder / f".{stem}.lock")
    try:
        waited = _wait(handle, stem, note)
        failed = (
            os.pread(handle, _SAID_BYTES, 0).decode(errors="replace") if waited and handle is not None else ""
        )
        if not failed:
            _leave(handle, "")
        yield failed
    except BuildFailedError as error:
        _leave(handle, str(error))
        raise
    finally:
        if handle is not None:
            os.close(handle)


def _leave(handle: int | None, text: str) -> None:
    """Say in the lock file why the build failed."""
    if handle is not None:
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.pwrite(handle, text.encode()[:_SAID_BYTES], 0)


def _wait(handle: int | None, stem: str, note: Callable[[str], None]) -> bool:
    """Whether somebody was waited for."""
    told = False
    while True:
        try:
            if handle is None:
                raise PermissionError
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told:
                note(f"somebody else builds {stem}; waiting for it")
                told = True
            time.sleep(_LOOK_SECONDS)
        except OSError:
            note(f"without a lock somebody else may build {stem} too, and one of both stays")
            return False
        else:
            return told


def temporary(folder: Path, stem: str) -> Path:
    """A name that no other builder takes, in the folder where the image will be; it tells who took it."""
    return folder / f".{stem}.{procfs.signature()}.{os.urandom(8).hex()}.tmp"


def clear_images(folder: Path, stem: str) -> None:
    """Remove what builders that are gone left of an image."""
    for path in _temporaries(folder, stem):
        with suppress(OSError):
            if _abandoned(path, path.name.split(".")[-3]):
                path.unlink()


def is_whole(folder: Path, stem: str, path: Path) -> bool:
    """Whether the file has also the name under which a builder made it: it was whole when it got this one."""
    for made in _temporaries(folder, stem):
        with suppress(FileNotFoundError):
            if made.samefile(path):
                return True
    return False


def _temporaries(folder: Path, stem: str) -> list[Path]:
    return [*folder.glob(f".{stem}.*.*.tmp")]


def publish(made: Path, path: Path) -> bool:
    """Give a finished file a second name, durably; False when another builder's has it already.

    Its first name stays, and so says that the file is whole, until what it is was written down.
    """
    with made.open("rb") as stream:
        os.fsync(stream.fileno())
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return False
    except OSError:
        # Some file systems have no links.
        if path.exists():
            return False
        made.rename(path)
    fsync_folder(path.parent)
    return True


@contextmanager
def workshop_folder(scratch: Path, note: Callable[[str], None]) -> Iterator[Path]:
    """A new folder to build in, removed afterwards; those of builders that were killed go first.

    Raises PaperbenchError.
    """
    if any(sign in str(scratch) for sign in ",:"):
        raise PaperbenchError(
            f"Apptainer cannot build in {scratch}, whose name has a comma or a colon; name another place "
            "(images.scratch, or TMPDIR)"
        )
    scratch.mkdir(parents=True, exist_ok=True)
    _clear_workshops(scratch, note)
    folder = scratch / f"{_BUILDS}{procfs.signature()}.{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        _remove(folder, note)


def _clear_workshops(scratch: Path, note: Callable[[str], None]) -> None:
    for folder in scratch.glob(f"{_BUILDS}*"):
        with suppress(OSError):
            signed = folder.name.removeprefix(_BUILDS).partition(".")[0]
            if folder.stat().st_uid == os.geteuid() and _abandoned(folder, signed):
                _remove(folder, note)


def _abandoned(path: Path, signed: str) -> bool:
    """Whether who signed is gone, as far as this machine can tell; raises OSError when the path is."""
    return procfs.abandoned(signed) or time.time() - path.stat().st_mtime > _STALE_SECONDS


def _remove(folder: Path, note: Callable[[str], None]) -> None:
    """Remove a folder with files that may belong to ids which only a namespace maps."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and os.geteuid():
        mapped = [
            "unshare",
            "--user",
            "--map-auto",
            "--map-root-user",
            "rm",
            "-rf",
            "--one-file-system",
            "--",
        ]
        finished([*mapped, str(folder)], timeout=_REMOVE_SECONDS)
    if folder.exists():
        note(f"{folder} could not be removed; remove it by hand")
