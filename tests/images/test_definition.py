"""Definition files as they are read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import PaperbenchError
from runner.images.definition import filled, parse
from tests.execution.bench import CHECKOUT

WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_./", min_size=1, max_size=12)
KEY = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(KEY, WORD, max_size=5), st.lists(WORD, max_size=5))
def test_arguments_and_files_are_found(arguments: dict[str, str], files: list[str]) -> None:
    lines = [f"    {name}={value}" for name, value in arguments.items()]
    sources = [f"    '{name}' /opt/" for name in files]
    text = "\n".join(["Bootstrap: scratch", "", "%arguments", *lines, "%files", *sources, "%post", "    x"])
    found = parse(text, "a.def")
    assert found.arguments == arguments
    assert found.sources(arguments) == files


@given(st.text(max_size=200))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "a.def").sources({})
    except PaperbenchError:
        return


@given(st.dictionaries(KEY, WORD, min_size=1))
def test_every_argument_is_filled_in(values: dict[str, str]) -> None:
    assert filled("|".join(f"{{{{ {name} }}}}" for name in values), values) == "|".join(values.values())


REFUSED = {
    "Bootstrap: docker\nFrom: a\n\n%appfiles one\n    /a\n": "copy under %files instead",
    "%post\n    x\n": "says no Bootstrap:",
    "Bootstrap: docker\nFrom: a\n\n%files from first\n    /a\n": "is of a recipe with stages",
    "Bootstrap: docker\nFrom: a\n\n%post\n    x\n\nBootstrap: docker\nFrom: b\n": "begins another stage",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_said(text: str) -> None:
    with pytest.raises(PaperbenchError, match=REFUSED[text]):
        parse(text, "a.def")


def test_an_argument_without_a_value_is_said() -> None:
    with pytest.raises(PaperbenchError, match="argument 'what' has no value"):
        filled("{{ what }}", {})


SCRIPTS = sorted([*(CHECKOUT / "sif").glob("*.def"), *(CHECKOUT / "sif/parts").iterdir()])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_an_image_touches_the_machines_tmp(path: Path) -> None:
    # While an image is built, /tmp and /var/tmp are the machine's own.
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if "/tmp" in line]
