"""What a format is given beside the report, and what it gives back."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TextIO

from validators.kinds import SPEC

# What one step of a GitHub job may write into its summary, in bytes: more is refused.
LARGEST = 1024 * 1024


class Page(NamedTuple):
    """Text for standard output and standard error, and Markdown for the summary of a GitHub job."""

    out: str
    err: str = ""
    summary: str = ""


class Setting(NamedTuple):
    """The surroundings of a check.

    Findings name files from `folder`; reports for other programs name them from `base`. `blob` is the URL
    under which a reader finds the files of `base`, where there is one. `room` is what the job's summary
    still takes, in bytes; None where there is no summary.
    """

    folder: str
    base: str
    version: str
    rules_page: str
    in_actions: bool = False
    blob: str | None = None
    room: int | None = None
    coloured_out: bool = False
    coloured_err: bool = False

    def from_base(self, file: str) -> str | None:
        """A finding's file from the base, with slashes; None where it lies elsewhere."""
        path = os.path.normpath(os.path.join(self.folder, file))  # noqa: PTH118  no look at the disk
        if not path.startswith(self.base.rstrip(os.sep) + os.sep):
            return None
        return os.path.relpath(path, self.base).replace(os.sep, "/")


def setting_of(
    environment: Mapping[str, str], streams: tuple[TextIO | None, TextIO | None], version: str
) -> Setting:
    """The setting of this process; the streams are standard output and error, None where they are shut."""
    in_actions = environment.get("GITHUB_ACTIONS") == "true"
    folder = Path.cwd()
    given = environment.get("GITHUB_WORKSPACE") if in_actions else None
    base = Path(given).resolve() if given else _repository(folder)
    rules = SPEC.parent / "rules.md"
    setting = Setting(str(folder), str(base), version, rules.as_uri(), in_actions)
    terminals = (stream is not None and stream.isatty() for stream in streams)
    out, err = (coloured(environment, is_terminal=is_terminal) for is_terminal in terminals)
    setting = setting._replace(coloured_out=out, coloured_err=err)
    if not in_actions:
        return setting
    blob, inside = blob_url(environment), setting.from_base(str(rules))
    if blob and inside:
        setting = setting._replace(rules_page=f"{blob}/{inside}")
    return setting._replace(blob=blob, room=_room(environment.get("GITHUB_STEP_SUMMARY")))


def coloured(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether colours help: on a terminal that knows them, and nobody refused (no-color.org)."""
    return is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def blob_url(environment: Mapping[str, str]) -> str | None:
    """The URL of the files of the commit that GitHub Actions runs on; None where it does not say."""
    parts = [environment.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "SHA")]
    server, repository, commit = parts
    return f"{server}/{repository}/blob/{commit}" if all(parts) else None


def _repository(folder: Path) -> Path:
    """The nearest folder upwards that git knows, else the folder itself."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)


def _room(summary: str | None) -> int | None:
    if not summary:
        return None
    path = Path(summary)
    return LARGEST - (path.stat().st_size if path.exists() else 0)
