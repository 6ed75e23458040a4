"""The arguments of `apptainer build`; pure.

Source: the Apptainer 1.4 user guide, and what its 1.4.5 was seen to do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runner.apptainer.command import PROGRAM, Bind

# zstd unpacks several times faster than the default gzip. Root owns all: whoever maps no other ids can then
# build upon the image.
SQUASHED = ("-all-root", "-comp", "zstd", "-Xcompression-level", "3")


@dataclass(frozen=True)
class Build:
    """An image from a definition file, whose relative paths start at the folder that the call is made in.

    fakeroot asks for root in a namespace of mapped ids, which root without all capabilities needs. binds are
    folders of the machine; what the scripts see them as must be there in what the image starts from.
    """

    image: Path
    definition: Path
    arguments: Mapping[str, str] = field(default_factory=dict)
    fakeroot: bool = False
    binds: tuple[Bind, ...] = ()
    squashed: tuple[str, ...] = SQUASHED

    def argv(self) -> tuple[str, ...]:
        """The whole command line."""
        return (PROGRAM, "build", *self._options(), str(self.image), str(self.definition))

    def _options(self) -> Iterator[str]:
        if self.fakeroot:
            yield "--fakeroot"
        for bind in self.binds:
            yield from ("--mount", bind.mount())
        if self.squashed:
            yield from ("--mksquashfs-args", " ".join(self.squashed))
        for name, value in self.arguments.items():
            yield from ("--build-arg", _field(f"{name}={value}"))


def _field(text: str) -> str:
    """The text as one field of CSV, as which the option is read."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text
