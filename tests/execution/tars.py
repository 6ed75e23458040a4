"""Tar files as no honest tar writes them, member by member."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Member = tuple[tarfile.TarInfo, bytes]
GOOD = {"main.txt": "code\n", "reproduce.sh": "echo 42 > answer.txt\n"}


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", **more: Any) -> tarfile.TarInfo:
    """A member without content; more are attributes of TarInfo."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, 0o644
    for key, value in more.items():
        setattr(info, key, value)
    return info


def text(name: str, content: str = "x\n", **more: Any) -> Member:
    """A file."""
    data = content.encode()
    return member(name, size=len(data), **more), data


def link(name: str, target: str) -> Member:
    """A symbolic link."""
    return member(name, tarfile.SYMTYPE, target), b""


def hard(name: str, target: str) -> Member:
    """A hard link."""
    return member(name, tarfile.LNKTYPE, target), b""


def good(top: str = "") -> list[Member]:
    """A whole submission, below a folder."""
    return [text(top + name, content) for name, content in GOOD.items()]


def packed(path: Path, members: Iterable[Member], mode: str = "w:gz", **more: Any) -> Path:
    """An archive of these members; more goes to tarfile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode, **more) as tar:  # type: ignore[call-overload]
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return path
