"""The answer cache: disposable, beside the runs; losing it costs money and never a score."""

import contextlib
import json
import os
import uuid
from pathlib import Path


def answers_folder(runs: Path) -> Path:
    """Where the answers of all runs of a folder are kept."""
    return runs / ".cache" / "answers"


class AnswerCache:
    """One file an answer, by the digest of its request; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, digest: str) -> str | None:
        """The content answered to the request; None when it is not there or damaged."""
        if self._folder is None:
            return None
        try:
            data = json.loads(self._path(self._folder, digest).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(data, dict) or data.get("request") != digest:
            return None
        content = data.get("content")
        return content if isinstance(content, str) else None

    def put(self, digest: str, content: str, model: str) -> None:
        """Keep an answer; what cannot be kept is not."""
        if self._folder is None:
            return
        path = self._path(self._folder, digest)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        data = json.dumps({"request": digest, "model": model, "content": content})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(data)
            os.replace(temporary, path)  # noqa: PTH105  one call, no fsync: it may be lost
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, digest: str) -> Path:
        return folder / digest[:2] / f"{digest}.json"
