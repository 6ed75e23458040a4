"""The ids of imported trials, which are their folders too."""

import hashlib
import re

from runner.upstream.find_grades import Found

_LONGEST = 200
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ +=,@()-]{0,149}\Z")


def is_agent(name: str) -> bool:
    """Whether an agent can have that name, which is a folder's too."""
    return bool(_AGENT.match(name))


def trial_ids(paper: str, agent: str, file: Found) -> tuple[str, str]:
    """The id of the file's run, and the one to use where that run has another tree under another grade id."""
    name = f"{file.group}~{file.run_id}"
    if len(name.encode()) > _LONGEST:
        name = f"{name[: _LONGEST // 4]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"{paper}/{agent}/{name}", f"{paper}/{agent}/{name}~grade-{file.grade}"
