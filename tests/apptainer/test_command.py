"""Options in, arguments out: each case is a file of options beside the arguments that it must give."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.apptainer import Bind, Exec, Places

CASES = Path(__file__).parents[1] / "cases" / "apptainer"


def command_of(options: dict[str, Any]) -> Exec:
    binds = tuple(
        Bind(Path(bind["source"]), bind["target"], bind.get("read_only", False))
        for bind in options.pop("binds", ())
    )
    overlay = options.pop("overlay", None)
    return Exec(
        image=Path(options.pop("image")),
        command=tuple(options.pop("command")),
        binds=binds,
        overlay=None if overlay is None else Path(overlay),
        closed=tuple(options.pop("closed", ())),
        **options,
    )


@pytest.mark.parametrize("case", sorted(CASES.glob("*.json")), ids=lambda case: case.stem)
def test_arguments(case: Path) -> None:
    document = json.loads(case.read_text())
    command = command_of(document["options"])
    assert list(command.argv()) == document["argv"]
    assert command.variables() == document.get("variables", {})


def test_there_are_cases() -> None:
    assert len(list(CASES.glob("*.json"))) >= 6


def read_mount(text: str) -> dict[str, str | None]:
    """The fields of a --mount value, as a reader of CSV sees them."""
    fields, field, quoted, index = [], "", False, 0
    while index < len(text):
        character = text[index]
        if character == '"' and quoted and text[index + 1 : index + 2] == '"':
            field += '"'
            index += 1
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            fields.append(field)
            field = ""
        else:
            field += character
        index += 1
    return {name: value or None for name, _, value in (one.partition("=") for one in [*fields, field])}


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).map("/{}".format)
)
def test_any_path_survives_the_mount_option(path: str) -> None:
    fields = read_mount(Bind(Path(path), "/inside").mount())
    assert fields["src"] == str(Path(path))
    assert fields["dst"] == "/inside"
    assert "ro" not in fields
    assert "ro" in read_mount(Bind(Path(path), "/inside", read_only=True).mount())


def test_nothing_of_the_caller_passes_but_where_programs_are() -> None:
    places = Places(Path("/t"), Path("/c"), Path("/f"))
    caller = {
        "PATH": "/opt/bin",
        "SECRET": "x",
        "APPTAINER_BIND": "/etc",
        "APPTAINERENV_TOKEN": "x",
        "HOME": "/h",
    }
    assert places.environment(caller) == {
        "PATH": "/opt/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": "/t",
        "APPTAINER_TMPDIR": "/t",
        "APPTAINER_CACHEDIR": "/c",
        "APPTAINER_CONFIGDIR": "/f",
    }
