"""The packages in an image, asked of the image itself once."""

import os
from collections.abc import Callable
from pathlib import Path

from runner.apptainer.command import Bind, Exec, Places
from runner.durable import write_atomic
from runner.errors import PaperbenchError
from runner.images.exclusive import workshop_folder
from validators.log_text import unstamped

_SCRIPT = Path(__file__).with_name("packages.sh")
_INSIDE = "/.paperbench-packages.sh"
# What the script prints first, after whatever Apptainer has to say.
_HEAD = "paperbench-packages:\n"
_SECONDS = 120.0


def packages_file(image: Path, beside: Path, scratch: Path, note: Callable[[str], None]) -> Path | None:
    """The file of that name, made by asking the image where it is not there; None where that cannot be."""
    if beside.exists():
        return beside
    try:
        with workshop_folder(scratch, note) as folder:
            text = _asked(image, folder)
        beside.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(beside, text)
    except PaperbenchError as error:
        note(f"the packages in {image.name} are not known: {error}")
        return None
    except OSError as error:
        note(f"the packages in {image.name} are not kept: {error.strerror or error} ({beside})")
        return None
    return beside


def _asked(image: Path, folder: Path) -> bytes:
    from runner.containers.starting import LOG, started  # noqa: PLC0415  it imports images

    asked = Exec(
        image, ("/bin/sh", _INSIDE), binds=(Bind(_SCRIPT, _INSIDE, read_only=True),),
        as_superuser=os.geteuid() == 0,
    )  # fmt: skip
    environment = Places(folder, folder, folder).environment(os.environ)
    started(asked.argv(), environment, folder, _SECONDS)
    said = unstamped((folder / LOG).read_text(encoding="utf-8", errors="replace"))
    return said.rpartition(_HEAD)[2].encode()
