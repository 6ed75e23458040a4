"""Building an image and those below it: once, by one builder, whole or not at all."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runner.apptainer.calls import ApptainerError, last_lines, version
from runner.clock import instant
from runner.errors import PaperbenchError
from runner.images.arguments import NONE, Wanted, counted_arguments
from runner.images.calling import Workshop, build_call, caller_environment
from runner.images.exclusive import (
    BuildFailedError,
    clear_images,
    is_whole,
    only_builder,
    publish,
    temporary,
    workshop_folder,
)
from runner.images.hashing import Hashes
from runner.images.hindrance import diagnosed, hindrance, machine
from runner.images.kept import LOCK, verified
from runner.images.room import refuse_without_room
from runner.images.site import ImageSite
from runner.images.starting import mirror
from runner.images.steps import Steps
from runner.processes import followed
from runner.supervisor import Order, Report
from validators.log_text import unstamped
from validators.models.images import BuiltImage

Note = Callable[[str], None]
_TAIL_BYTES = 1 << 16
_MARKER = "paperbench-build"
# How a recipe's own scripts say what they died of, and what to do.
_TOLD = re.compile(r"^==> failed: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Builder:
    """Builds images at a site; note is told what stays, step what is being done now."""

    site: ImageSite
    note: Note
    step: Note
    often: bool = False

    def ensure(self, image: Wanted) -> BuiltImage:
        """What lock.yaml says of an image that is there and as it says, built if need be.

        Raises PaperbenchError.
        """
        return self._there(image) or self._made(image)

    def _there(self, image: Wanted) -> BuiltImage | None:
        """What is there, verified; written down if its builder died before it could, or has yet to do it."""
        kept = self.site.kept
        path = kept.sif(image.stem)
        if not path.exists():
            return None
        # In this order: a builder writes down what the file is, and then takes the file's first name away.
        whole = is_whole(kept.folder, image.stem, path)
        entry = kept.entry(image.recipe.name, image.digest)
        if entry is None:
            if not whole:
                raise PaperbenchError(
                    f"{path} may be half a copy: {LOCK} beside it says nothing of it; remove it, or copy its "
                    f"entry from the {LOCK} where it was built"
                )
            entry = self._entry(image, path)
            kept.record(entry)
            clear_images(kept.folder, image.stem)
        mend = "if nobody changed it on purpose, remove it and build it again"
        verified(path, entry.sha256, Hashes(self.site.root), mend)
        return entry

    def _made(self, image: Wanted) -> BuiltImage:
        kept = self.site.kept
        self._refuse_hindered(image)
        below = self.ensure(image.below) if image.below else None
        kept.folder.mkdir(parents=True, exist_ok=True)
        with only_builder(kept.folder, image.stem, self.note) as failed:
            if entry := self._there(image):
                return entry
            if failed:
                raise PaperbenchError(f"somebody else built {image.stem} just now and failed: {failed}")
            clear_images(kept.folder, image.stem)
            refuse_without_room(self.site.scratch, kept.folder, dict(image.arguments))
            base = kept.sif(image.below.stem) if image.below and below else None
            with workshop_folder(self.site.scratch, self.note) as folder:
                workshop = Workshop(folder)
                workshop.make(os.environ)
                entry = self._run(image, workshop, base)
        self.note(f"built {kept.sif(image.stem)} ({entry.bytes / 1e6:.0f} MB)")
        return entry

    def _refuse_hindered(self, image: Wanted) -> None:
        why = hindrance(machine(self._path()), image.arguments)
        if why:
            raise PaperbenchError(f"image '{image.recipe.name}' cannot be built here: {why}")

    def _path(self) -> str:
        return caller_environment(Path())["PATH"]

    def _run(self, image: Wanted, workshop: Workshop, base: Path | None) -> BuiltImage:
        kept = self.site.kept
        target, log = temporary(kept.folder, image.stem), kept.log(image.stem)
        log.unlink(missing_ok=True)
        environment = workshop.environment(os.environ)
        argv = self.argv(image, workshop, target, base)
        minutes = self.site.says.time_limit_minutes
        seconds = None if minutes == "unlimited" else minutes * 60
        order = Order(
            list(argv), environment, str(image.recipe.folder), str(log), [], seconds, None, None
        )  # fmt: skip
        try:
            with Steps(f"building {image.stem}", self.step, often=self.often) as steps:
                report = followed(order, f"{_MARKER}/{image.stem}", steps.hear)
            if report is None:
                raise PaperbenchError(f"the build of {image.stem} was ended by somebody else; build again")
            if (report.ended, report.exit_status) != ("exit", 0) or not target.exists():
                raise self._failed(image, argv, report, log)
            target.chmod(0o644)
            entry = self._entry(image, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return self._named(image, target, entry)

    def _named(self, image: Wanted, made: Path, entry: BuiltImage) -> BuiltImage:
        """Give what was made its name, and write it down; or take what somebody else gave it to meanwhile."""
        path = self.site.kept.sif(image.stem)
        if publish(made, path):
            self.site.kept.record(entry)
        elif there := self._there(image):
            entry = there
        else:
            raise PaperbenchError(f"somebody removed {path} just now; build it again")
        made.unlink(missing_ok=True)
        return entry

    def argv(self, image: Wanted, workshop: Workshop, target: Path, base: Path | None) -> tuple[str, ...]:
        """The command line that builds an image."""
        fakeroot = machine(self._path()).needs_fakeroot
        return build_call(image, self.arguments(image), workshop, target, base, fakeroot=fakeroot).argv()

    def arguments(self, image: Wanted) -> dict[str, str]:
        """All build arguments, those that say where bytes come from included; raises PaperbenchError."""
        arguments = dict(image.arguments)
        if arguments.get("bootstrap") == "debootstrap" and arguments.get("mirror", NONE) == NONE:
            arguments["mirror"] = mirror()
        return arguments

    def _failed(self, image: Wanted, argv: tuple[str, ...], report: Report, log: Path) -> BuildFailedError:
        said = unstamped(_tail(log))
        what = f"image '{image.recipe.name}' could not be built"
        if report.ended == "time_limit":
            mend = "mend what hangs, or allow more (images.time_limit_minutes of the site)"
            return BuildFailedError(
                f"{what} within {self.site.says.time_limit_minutes} minutes; see {log}, {mend}"
            )
        if told := _TOLD.findall(said):
            return BuildFailedError(f"{what}: {told[-1]}; the log is {log}")
        why = diagnosed(machine(self._path()), said)
        error = ApptainerError(argv, report.exit_status, last_lines(said))
        mend = f"{why}; the log is {log}" if why else f"see {log}"
        return BuildFailedError(f"{what}: {error}; {mend}")

    def _entry(self, image: Wanted, path: Path) -> BuiltImage:
        return BuiltImage(
            name=image.recipe.name,
            digest=image.digest,
            arguments=counted_arguments(image),
            start=image.start,
            sha256=Hashes(self.site.root).of(path),
            bytes=path.stat().st_size,
            apptainer=version(caller_environment(Path())),
            built_at=instant(path.stat().st_mtime),
        )


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as stream:
            if stream.seek(max(0, log.stat().st_size - _TAIL_BYTES)):
                stream.readline()
            return stream.read().decode(errors="replace")
    except OSError:
        return ""
