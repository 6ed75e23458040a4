"""What a container said from inside before its payload started; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from validators.models.records import Isolation

# Of the machine's own first user namespace: every id stands for itself.
WHOLE = "0:0:4294967295,"
# Above the payload is Apptainer's own first process, in a namespace that this began.
FIRST = "1"
LOOPBACK = "lo,"


@dataclass(frozen=True)
class Inside:
    """The facts of one start; ids is how many user ids there are inside."""

    isolation: Isolation
    command_found: bool
    ids: int = 1


def inside(line: str) -> Inside:
    """The line of entry.sh without its beginning; raises ValueError when it is not whole."""
    facts = dict(word.split("=", 1) for word in line.split())
    try:
        return Inside(_isolation(facts), facts["command"] == "found", _ids(facts["uids"]))
    except KeyError as error:
        raise ValueError(f"the container did not say {error}") from None


def _ids(ranges: str) -> int:
    return sum(int(one.rpartition(":")[2]) for one in ranges.split(",") if one)


def _isolation(facts: Mapping[str, str]) -> Isolation:
    unreachable = facts["links"] in ("", LOOPBACK) and facts["routes"] == "0"
    return Isolation(
        container="apptainer",
        network="none" if unreachable else "open",
        user_namespace=facts["uids"] != WHOLE,
        pid_namespace=facts["parent"] == FIRST,
        read_only_root=facts["root"] == "ro",
    )
