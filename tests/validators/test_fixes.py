"""paperbench check --fix and rubric fmt from the command line: what they mend, and what they leave alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import CHECKOUT, ROOT
from validators.fixes import fix_files
from validators.yaml_reader import read_yaml

CRASH = CHECKOUT / "tests" / "fakes" / "crash"
UNTIDY = """# My rubric.
schema: rubric/v1
status: draft   # soon more
paper: demo
revision: 1
criterion: {id: demo, requirement: The paper is replicated., weight: 1, category: Code Development}
"""
TIDY = """# yaml-language-server: $schema=../spec/v1/rubric.schema.json
# My rubric.
schema: rubric/v1
paper: demo
revision: 1
status: draft   # soon more
criterion:
  id: demo
  requirement: The paper is replicated.
  category: Code Development
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = shutil.copytree(ROOT, tmp_path / "root")
    (root / "spec").mkdir()
    shutil.copytree(CHECKOUT / "spec/v1", root / "spec/v1", ignore=shutil.ignore_patterns("examples"))
    monkeypatch.chdir(root)
    assert main(["check", "--fix"]) == 0
    return root


def contents(root: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".cache" not in path.parts
    }


def fix(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    status = main(["check", *(words or ("--fix",))])
    return status, capsys.readouterr().err.splitlines()[:-1]


def test_a_rubric_is_mended_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = root / "rubrics/demo.yaml"
    rubric.write_text(UNTIDY)
    rubric.chmod(0o640)
    assert fix(capsys) == (0, ["rubrics/demo.yaml: wrote the editor line; layout"])
    assert rubric.read_text() == TIDY
    assert rubric.stat().st_mode & 0o777 == 0o640
    before = contents(root)
    assert fix(capsys) == (0, [])
    assert contents(root) == before


def test_the_editor_line_is_found_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = root / "rubrics/demo.yaml"
    for line in ("../spec/v1/paper.schema.json", "elsewhere.json", "rubric.schema.json # odd"):
        rubric.write_text(TIDY.replace("../spec/v1/rubric.schema.json", line))
        assert fix(capsys) == (0, ["rubrics/demo.yaml: wrote the editor line"])
        assert rubric.read_text() == TIDY


def test_without_schemas_no_editor_line_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(root / "spec")
    rubric = root / "rubrics/demo.yaml"
    without = TIDY.split("\n", 1)[1]
    elsewhere = TIDY.replace("../spec", "https://example.org/spec")
    for text in (without, elsewhere):
        rubric.write_text(text)
        assert fix(capsys) == (0, [])
        assert rubric.read_text() == text
    rubric.write_text(elsewhere.replace("rubric.schema", "paper.schema"))
    assert fix(capsys) == (0, ["rubrics/demo.yaml: wrote the editor line"])
    assert rubric.read_text() == elsewhere


def test_one_file_that_fails_keeps_nobody_from_the_others(root: Path) -> None:
    rubric = root / "rubrics/demo.yaml"
    rubric.write_text(UNTIDY)
    told = list(map(str, fix_files([root / "rubrics/gone.yaml", rubric], root, digests=False)))
    assert told[0].startswith("rubrics/gone.yaml: not mended, [Errno 2] No such file")
    assert told[1:] == ["rubrics/demo.yaml: wrote the editor line; layout"]
    assert rubric.read_text() == TIDY


def test_urls_get_their_normal_form(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "papers/demo/blacklist.yaml"
    entry = "  - url: {}\n    # theirs\n    kind: repository\n    role: author_code\n"
    head = path.read_text().split("entries:")[0] + "entries:\n"
    kept = entry.format("https://www.example.org/a") + entry.format("ssh://git@example.org:2222/a.git")
    path.write_text(head + kept)
    assert fix(capsys) == (0, [])
    assert path.read_text() == head + kept
    path.write_text(head + entry.format("http://www.github.com/a/b.git"))
    assert fix(capsys) == (0, ["papers/demo/blacklist.yaml: wrote https://github.com/a/b"])
    assert path.read_text() == head + entry.format("https://github.com/a/b")


def test_digests_are_written_on_request_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "papers/demo/paper.yaml"
    good = path.read_text()
    digest = read_yaml(path).data["files"][0]["sha256"]
    path.write_text(good.replace(digest, "a" * 64))
    assert fix(capsys) == (1, [])
    assert fix(capsys, "--fix-digests") == (0, ["papers/demo/paper.yaml: wrote the sha256 of paper.md"])
    assert path.read_text() == good


@pytest.mark.parametrize(
    "text", ["schema: rubric/v1\npaper: [\n", "- a\n", "schema: paper/v1\nid:   x\n", "a:   1\n", "a: &x 1\n"]
)
def test_what_cannot_be_read_is_left_alone(text: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "rubrics/demo.yaml").write_text(text)
    before = contents(root)
    assert fix(capsys) == (1, [])
    assert contents(root) == before


def test_a_kill_leaves_the_old_file_or_the_new(root: Path) -> None:
    rubric = root / "rubrics/demo.yaml"
    moment, seen = 0, set()
    while True:
        rubric.write_text(UNTIDY)
        environment = os.environ | {"PYTHONPATH": str(CRASH), "PAPERBENCH_CRASH_AT": str(moment)}
        command = [sys.executable, "-m", "runner", "check", "--fix", "--no-cache", str(rubric)]
        done = subprocess.run(
            command, env=environment | {"PYTHONPATH": f"{CRASH}:{CHECKOUT}"}, cwd=root, check=False,
            capture_output=True,
        )  # fmt: skip
        assert rubric.read_text() in (UNTIDY, TIDY)
        seen.add(rubric.read_text())
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        moment += 1
    assert moment >= 4
    assert seen == {UNTIDY, TIDY}


def test_fmt_writes_checks_and_shows(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = root / "rubrics/demo.yaml"
    rubric.write_text(UNTIDY)
    capsys.readouterr()
    assert main(["rubric", "fmt", "demo", "--check"]) == 1
    assert capsys.readouterr() == ("rubrics/demo.yaml: would change\n", "1 file, 1 would change\n")
    assert main(["rubric", "fmt", "demo", "--diff"]) == 0
    assert "\n-status: draft   # soon more\n" in capsys.readouterr().out
    assert rubric.read_text() == UNTIDY
    assert main(["rubric", "fmt", "demo"]) == 0
    assert capsys.readouterr() == ("rubrics/demo.yaml: laid out\n", "1 file, 1 laid out\n")
    assert rubric.read_text() == TIDY.split("\n", 1)[1]
    assert main(["rubric", "fmt", ".", "--check"]) == 0


def test_fmt_refuses_what_it_cannot_read_and_goes_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "papers/demo/blacklist.yaml").write_text("entries: [\n")
    (root / "rubrics/demo.yaml").write_text(UNTIDY)
    capsys.readouterr()
    assert main(["rubric", "fmt", "papers/demo", "rubrics/demo.yaml"]) == 1
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith("papers/demo/blacklist.yaml:2:1: Y001 not YAML")
    assert second == "rubrics/demo.yaml: laid out"
    assert err == "3 files, 1 laid out, 1 could not be read\n"


def test_fmt_names_what_is_not_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for name in ("dmeo", "rubrics/nope.yaml"):
        assert main(["rubric", "fmt", name]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"paperbench: '{name}' is no file, and no paper with a rubric; give one of the two"
