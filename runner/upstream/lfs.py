"""Git-LFS pointers, which stand where a text should be until somebody hydrates them."""

from pathlib import Path

_HEAD = b"version https://git-lfs.github.com/spec/"


def is_pointer(path: Path) -> bool:
    """Whether the file is a pointer; raises OSError."""
    with path.open("rb") as stream:
        return points(stream.read(len(_HEAD)))


def points(content: bytes) -> bool:
    """Whether the content is a pointer's."""
    return content.startswith(_HEAD)


def hydrate(folder: Path) -> str:
    """What to do about the pointers in a folder."""
    return f"run 'git lfs pull --include \"**/{folder.name}/**\"' in upstream's checkout and import again"
