"""One builder at a time for each image, and what killed builders left behind.

Where the file system has no locks, or keeps them from other hosts, two may build the same image: each under a
name of its own, and the first that is ready stays.
"""

import fcntl
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.errors import PaperbenchError
from runner.processes import finished

_BUILDS = "paperbench-build-"
_ALIVE = "alive"
_LOOK_SECONDS = 0.2
_REMOVE_SECONDS = 600.0


@contextmanager
def only_builder(folder: Path, stem: str, note: Callable[[str], None]) -> Iterator[None]:
    """Wait until nobody else on this file system builds the image; a builder that dies waits for nobody."""
    handle = os.open(folder / f".{stem}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait(handle, stem, note)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, stem: str, note: Callable[[str], None]) -> None:
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told:
                note(f"somebody else builds {stem}; waiting for it")
                told = True
            time.sleep(_LOOK_SECONDS)
        except OSError:
            note(f"this file system has no locks: somebody else may build {stem} too, and one of both stays")
            return
        else:
            return


def temporary(folder: Path, stem: str) -> Path:
    """A name that no other builder takes, in the folder where the image will be."""
    return folder / f".{stem}.{_host()}.{os.urandom(8).hex()}.tmp"


def clear_images(folder: Path, stem: str) -> None:
    """Remove what builders of this host left of an image; only for its builder."""
    for path in folder.glob(f".{stem}.{_host()}.*.tmp"):
        path.unlink(missing_ok=True)


def publish(made: Path, path: Path) -> bool:
    """Give a finished file its name, durably; False when another builder's has it already."""
    with made.open("rb") as stream:
        os.fsync(stream.fileno())
    try:
        path.hardlink_to(made)
    except FileExistsError:
        made.unlink()
        return False
    except OSError:
        made.rename(path)
    else:
        made.unlink()
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
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
    folder = scratch / f"{_BUILDS}{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    handle = os.open(folder / _ALIVE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)
        _remove(folder, note)


def _clear_workshops(scratch: Path, note: Callable[[str], None]) -> None:
    for folder in scratch.glob(f"{_BUILDS}*"):
        with suppress(OSError):
            if folder.stat().st_uid == os.geteuid() and _abandoned(folder / _ALIVE):
                _remove(folder, note)


def _abandoned(alive: Path) -> bool:
    handle = os.open(alive, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


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


def _host() -> str:
    return "".join(sign if sign.isalnum() or sign == "-" else "-" for sign in socket.gethostname())
