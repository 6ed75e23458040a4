"""Files that a stage made as root inside: they belong to ids of nobody's, until given back."""

from pathlib import Path

from runner.apptainer import Bind, Exec
from runner.containers.launching import Host, places
from runner.containers.payload import Image
from runner.containers.starting import started

PATIENCE_SECONDS = 900.0
GIVEN = "/given"


def give_back(image: Image, folder: Path, aside: Path, host: Host) -> None:
    """Make everything under the folder the caller's own; raises ApptainerError."""
    written = places(aside)
    for place in (written.temporary, written.cache, written.configuration):
        place.mkdir(parents=True, exist_ok=True)
    command = Exec(
        image=image.path,
        # Of links only themselves; and nothing else, since what is touched counts as made by the script.
        command=("find", GIVEN, "!", "-user", "0", "-execdir", "chown", "-h", "0:0", "{}", "+"),
        binds=(Bind(folder, GIVEN),),
        fakeroot=True,
        unsquash=image.mount == "unsquash",
    )
    started(command.argv(), written.environment(host.caller), aside, PATIENCE_SECONDS)
