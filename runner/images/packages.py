"""The packages in an image, asked of the image itself once."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from runner.apptainer.calls import ApptainerError, call
from runner.apptainer.command import Bind, Exec, Places
from runner.durable import write_atomic

_SCRIPT = Path(__file__).with_name("packages.sh")
_INSIDE = "/.paperbench-packages.sh"
_SECONDS = 120.0


def packages_file(image: Path, beside: Path, scratch: Path, note: Callable[[str], None]) -> Path | None:
    """The file of that name, made by asking the image where it is not there; None where that cannot be."""
    if beside.exists():
        return beside
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="paperbench-packages-", dir=scratch) as folder:
            text = _asked(image, Path(folder))
        beside.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(beside, text)
    except ApptainerError as error:
        note(f"the packages in {image.name} are not known: {error}")
        return None
    except OSError as error:
        note(f"the packages in {image.name} are not kept: {error.strerror or error} ({beside})")
        return None
    return beside


def _asked(image: Path, folder: Path) -> bytes:
    places = Places(folder, folder, folder)
    asked = Exec(
        image, ("/bin/sh", _INSIDE), binds=(Bind(_SCRIPT, _INSIDE, read_only=True),),
        as_superuser=os.geteuid() == 0,
    )  # fmt: skip
    return call(asked.argv(), places.environment(os.environ), _SECONDS).out
