"""The answer cache: disposable, beside the runs; losing it costs money and never a score."""

import contextlib
import json
from pathlib import Path

from runner.durable import write_atomic
from validators.digest import digest_json


def cache_key(request: str, endpoint: str) -> str:
    """What an answer is kept under: two endpoints may call different models by one name."""
    return digest_json([request, endpoint])


def answers_folder(runs: Path) -> Path:
    """Where the answers of all runs of a folder are kept."""
    return runs / ".cache" / "answers"


class AnswerCache:
    """One file an answer, by the key of its request; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, key: str) -> str | None:
        """The content answered to the request; None when it is not there or damaged."""
        if self._folder is None:
            return None
        try:
            data = json.loads(self._path(self._folder, key).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(data, dict) or data.get("key") != key:
            return None
        content = data.get("content")
        return content if isinstance(content, str) else None

    def put(self, key: str, content: str, model: str) -> None:
        """Keep an answer; what cannot be kept is not."""
        if self._folder is None:
            return
        path = self._path(self._folder, key)
        data = json.dumps({"key": key, "model": model, "content": content})
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data.encode())

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key}.json"
