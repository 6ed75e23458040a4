"""The quick readers give no answer, or the exact readers' answer."""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data_folder import data_folder
from tests.validators.cases import CHECKOUT, INVALID, ROOT, VALID
from tests.validators.mutants import TOKENS, piece, spoil
from validators.findings import InvalidDocumentError
from validators.quick import quick_data
from validators.yaml_reader import parse_yaml

MUTANTS = int(os.environ.get("PAPERBENCH_TEST_MUTANTS", "4000"))
EXAMPLES = MUTANTS // 10


def exact(text: str) -> Any:
    try:
        return parse_yaml(text, "case").data
    except InvalidDocumentError as error:
        return error


def typed(data: Any) -> Any:
    """The data with the type of everything in it, since 1 equals True and 1.0."""
    if isinstance(data, dict):
        return {key: typed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [typed(value) for value in data]
    return type(data), data


def assert_agrees(text: str) -> bool:
    """Whether there was an answer; it must be the exact reader's."""
    quick = quick_data(text)
    if quick is None:
        return False
    slow = exact(text)
    assert not isinstance(slow, InvalidDocumentError), (text, str(slow))
    assert typed(quick) == typed(slow), text
    return True


def texts() -> list[Path]:
    folders = [VALID, INVALID, ROOT, CHECKOUT / "spec/v1/examples", CHECKOUT / "papers", CHECKOUT / "rubrics"]
    return [path for folder in folders for path in sorted(folder.rglob("*.yaml")) if not path.is_symlink()]


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_files(path: Path) -> None:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return
    assert_agrees(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from([*TOKENS, "a", "b", "1", "-1", "0."]), min_size=1, max_size=5))
def test_scalars(parts: list[str]) -> None:
    scalar = "".join(parts)
    for frame in ("k: %s\n", "- %s\n", "{a: %s}\n", "{a: %s, b: c}\n", "k: [%s]\n", "%s: v\n"):
        assert_agrees(frame % scalar)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab01 \n:-#'\"|>&*!{}[],?%\t.\\eExo_+~"), max_size=60))
def test_soups(text: str) -> None:
    assert_agrees(text)


def rubrics() -> list[str]:
    """Our rubrics, and upstream's as we write them where its data is at hand."""
    found = [path.read_text() for path in sorted((CHECKOUT / "rubrics").glob("*.yaml"))]
    data = data_folder()
    if data is not None:
        from runner.upstream.papers import read_paper

        for folder in sorted((data / "paperbench" / "papers").iterdir()):
            files = read_paper(folder, None).written
            found.append(next(text.decode() for name, text in files.items() if name.startswith("rubrics/")))
    return found


def test_real_rubrics_are_read_quickly() -> None:
    assert all(assert_agrees(text) for text in rubrics())


def test_mutants_of_rubrics() -> None:
    chance, sources = random.Random(1), rubrics()
    answers = 0
    for _ in range(MUTANTS):
        answers += assert_agrees(spoil(piece(chance.choice(sources), chance), chance))
    assert answers, "no mutant was plain enough to try the quick reader on"


def test_all_is_the_same_without_the_quick_readers(tmp_path: Path) -> None:
    code = """
import sys
if sys.argv.pop(1) == "without":
    sys.modules["ryaml"] = sys.modules["jsonschema_rs"] = None
from runner.cli import main
sys.exit(main(["check", "--no-cache", "--format", "json", *sys.argv[1:]]))
"""
    for arguments in (["--root", str(ROOT)], ["--root", str(CHECKOUT)], [str(INVALID)]):
        told = [
            subprocess.run(
                [sys.executable, "-c", code, how, *arguments], capture_output=True, text=True, check=False
            )
            for how in ("with", "without")
        ]
        assert told[0].stdout == told[1].stdout
        assert told[0].returncode == told[1].returncode
