"""Rules about text: keys that are put together here alone, and any text at all."""

import re
import shutil
import string
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.cli import main
from tests.validators.cases import ROOT
from tests.validators.test_robust import assert_survives, fill
from validators.limits import LARGEST_BYTES
from validators.lists import entries
from validators.quick_text import is_absent
from validators.rules import CATALOGUE
from validators.rules.rule import TextRule
from validators.rules.texts import no_secret

WORDS = string.ascii_letters + string.digits
# How keys begin, how long they go on, and of which signs. No whole key stands in any file of the project.
KEYS = {
    "sk-": (48, WORDS), "sk-proj-": (100, WORDS + "_-"), "sk-ant-api03-": (90, WORDS + "_-"),
    "hf_": (34, string.ascii_letters), "ghp_": (36, WORDS), "gho_": (36, WORDS), "github_pat_": (80, WORDS),
    "glpat-": (20, WORDS), "AKIA": (16, "ABCDEFGHIJKLM234567"), "AIza": (35, WORDS), "xoxb-": (40, WORDS),
    "sk_live_": (24, WORDS), "npm_": (36, WORDS), "pypi-AgE": (80, WORDS),
    "gsk_": (52, WORDS), "aws_secret_access_key = ": (40, WORDS + "/+"),
    'AWS_SECRET_ACCESS_KEY="': (40, WORDS),
}  # fmt: skip
PATTERNS = [line.split(": ", 1)[1] for line in entries("secrets")]
PIECES = st.sampled_from(
    [*KEYS, "\r", "\n", "\t", "e\u0301", "\u00e9", "\ufeff", "-----BEGIN ", "PRIVATE KEY-----", "aB3"]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=5), st.text(WORDS, min_size=20, max_size=40))).map(
    "".join
)


def key(start: str) -> str:
    length, signs = KEYS[start]
    random = Random(start)
    return start + "7" * (start == "AKIA") + "".join(random.choices(signs, k=length - (start == "AKIA")))


@pytest.mark.parametrize("start", KEYS)
@pytest.mark.parametrize("line", ["# {}", "title: '{}'", "url: https://example.org/?key={}&a=1"])
def test_a_key_is_found(start: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "paper.yaml"
    path.write_text("schema: paper/v1\n" + line.format(key(start)) + "\n")
    assert main(["check", str(path)]) == 1
    found = [said for said in capsys.readouterr().out.splitlines() if " F603 " in said]
    assert len(found) == 1
    assert found[0].startswith(f"{path}:2:{line.index('{') + 1}: ")
    assert key(start) not in found[0]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("x_{}", [2]), ("x-{}", []), ("{0}-more {0}", [0, 57]),
        ("sk-learn-based-approaches-2019-Foo", []), ("https://e.org/sk-based-Methods-for-learning-2024", []),
        ("sk-Internationalisation-of-learning-2024", []),
    ],
)  # fmt: skip
def test_keys_are_told_from_words(text: str, at: list[int]) -> None:
    assert [offset for offset, _ in no_secret(text.format(key("sk-")))] == at


@pytest.mark.parametrize(
    "name",
    [
        "papers/demo/submissions/oracle/.env", "papers/demo/submissions/readme.txt", "papers/demo/notes.txt",
        "rubrics/old.txt", "runner/configs/judges/answers.jsonl", "runner/configs/agents/mine/1/a.yaml",
    ],
)  # fmt: skip
def test_a_key_is_found_in_any_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = shutil.copytree(ROOT, tmp_path / "root")
    path = root / name
    path.write_text(f"# Mine.\nkey: {key('gsk_')}\n")
    assert main(["check", str(root)]) == 1
    assert f"{path}:2:1: F614 a Groq key, 'gsk_...', stands here" in capsys.readouterr().out
    path.write_bytes(b"\xff" + path.read_bytes())
    (path.parent / "link.txt").symlink_to("/etc/hostname")
    main(["check", str(root)])
    assert " F614 " not in capsys.readouterr().out


@pytest.mark.parametrize("start", KEYS)
def test_a_key_in_the_middle_of_a_word_is_none(start: str, tmp_path: Path) -> None:
    (tmp_path / "rubrics").mkdir()
    path = tmp_path / "papers/demo/addendum.md"
    path.parent.mkdir(parents=True)
    path.write_text(f"x{key(start)}\n{start}{'x' * 60}\n")
    assert main(["check", str(path)]) == 0


@given(TEXTS)
def test_rules_about_text_read_any_text(text: str) -> None:
    for entry in CATALOGUE:
        if isinstance(entry, TextRule):
            assert all(0 <= offset < len(text) for offset, _ in entry.check(text))


@given(TEXTS)
def test_the_quick_look_sees_what_python_sees(text: str) -> None:
    for pattern in PATTERNS:
        assert is_absent(text, pattern) == (re.search(pattern, text) is None)


def test_a_file_may_have_eight_mebibytes_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "blacklist.yaml"
    text = "schema: blacklist/v1\npaper: demo\nrevision: 1\nentries: []\n"
    path.write_text(text + "#" * (LARGEST_BYTES - len(text) - 1) + "\n")
    assert main(["check", str(path)]) == 0
    path.write_text(text + "#" * (LARGEST_BYTES - len(text)) + "\n")
    assert main(["check", str(path)]) == 1
    (found,) = capsys.readouterr().out.splitlines()
    assert found.startswith(f"{path}:1:1: Y006 larger than 8 MiB")


UNITS = [
    "](a.png)",
    '<img src="a.png">',
    "<img ",
    "](<",
    key("sk-") + " ",
    "-----BEGIN A ",
    "e\u0301\n",
    "\r",
    "TODO: ",
    "#>-TODO",
    "<<<<<<< ",
]


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_texts(unit: str, tmp_path: Path) -> None:
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "papers/demo/assets").mkdir(parents=True)
    path = tmp_path / "papers/demo/paper.md"
    path.write_text(fill(unit), encoding="utf-8")
    assert_survives(path)
