"""What a container says from inside, and what it means."""

import pytest

from runner.containers.inside import inside

FACTS = {
    "uids": "2001:2001:1,", "links": "lo,", "routes": "0", "parent": "1", "root": "ro",
    "capabilities": "0000000000000000", "no_new_privileges": "1", "command": "found",
}  # fmt: skip


def line(**changes: str) -> str:
    return " " + " ".join(f"{name}={value}" for name, value in (FACTS | changes).items()) + "\n"


def test_contained() -> None:
    said = inside(line())
    assert said.command_found
    assert said.isolation.model_dump() == {
        "container": "apptainer", "network": "none", "user_namespace": True, "pid_namespace": True,
        "read_only_root": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"links": "lo,eth0,"}, "network", "open"),
        ({"routes": "2"}, "network", "open"),
        ({"links": ""}, "network", "none"),
        ({"uids": "0:0:4294967295,"}, "user_namespace", False),
        ({"parent": "31077"}, "pid_namespace", False),
        ({"root": "rw"}, "read_only_root", False),
    ],
)
def test_what_does_not_hold_is_told(changes: dict[str, str], field: str, value: object) -> None:
    assert getattr(inside(line(**changes)).isolation, field) == value


def test_a_missing_command_is_told() -> None:
    assert not inside(line(command="missing")).command_found


@pytest.mark.parametrize("text", ["", "uids=1:1:1,", "words without a sign"])
def test_half_a_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"say|split|unpack|sequence"):
        inside(text)
