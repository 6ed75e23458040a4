"""paperbench rubric new: a beginning whose every finding stands on a line marked TODO."""

import json
import re
import shutil
from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import CHECKOUT


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CHECKOUT / "spec", tmp_path / "spec")
    for name in ("papers", "rubrics"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, int, str]]:
    capsys.readouterr()
    main(["check", "--json", *words])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return [(finding["file"], finding["line"], finding["message"]) for finding in findings]


IDS = ["my-paper", "2504.01848", "123", "1e3", "0x10", "007", "true", "null", "on", "1_000", "2024-01-01"]


@pytest.mark.parametrize("name", IDS)
def test_every_finding_is_a_todo(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "new", name]) == 0
    findings = found(capsys)
    assert len(findings) > 10
    for file, line, message in findings:
        mark = "# TODO" if file.endswith(".yaml") else "TODO"
        assert mark in (root / file).read_text().splitlines()[line - 1], (file, line, message)
    marked = {
        (path.relative_to(root).as_posix(), number)
        for path in (*root.glob(f"papers/{name}/*.*"), root / f"rubrics/{name}.yaml")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "# TODO" in line or (path.suffix == ".md" and "TODO" in line)
    }  # fmt: skip
    assert marked <= {(file, line) for file, line, _ in findings}
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    found(capsys, "--fix")
    assert before == {path: path.read_bytes() for path in root.rglob("*.yaml")}


def test_the_last_line_checks_every_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "new", "my-paper"]) == 0
    *wrote, last = capsys.readouterr().out.splitlines()
    command = last.partition(": paperbench ")[2].split()
    assert command == ["check", "my-paper"]
    assert main(command) == 1
    told = {line.split(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert told == {line.removeprefix("wrote ") for line in wrote}
    assert main(["check", "papers/my-paper"]) == 1
    assert "papers/my-paper/addendum.md:3:1: F612" in capsys.readouterr().out


def test_written_out_it_is_clean(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "new", "my-paper"]) == 0
    (root / "papers/my-paper/paper.md").write_text("# A title\n\n## Method\n\nWe take the mean.\n")
    (root / "papers/my-paper/addendum.md").write_text("Nothing to add.\n")
    own = {
        "year": "2026", "url": "https://example.org/paper", "licence": "CC0-1.0", "searched": '"2026-01-31"',
        "- url": "https://github.com/example/code", "section": "Method", "quote": "the mean",
    }  # fmt: skip
    for number, path in enumerate(sorted([*root.glob("papers/*/*.yaml"), *root.glob("rubrics/*.yaml")])):
        lines = path.read_text().splitlines()
        for place, line in enumerate(lines):
            if match := re.match(r"( *)([a-z- ]+): (\S+) +# TODO", line):
                new = f"[Word {place}]" if match[3].startswith("[") else f"Step {number} of {place} is done."
                lines[place] = f"{match[1]}{match[2]}: {own.get(match[2], new)}"
        path.write_text("\n".join(lines) + "\n")
    assert found(capsys, "--fix-digests", "--strict") == []


def test_what_is_there_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "rubrics/my-paper.yaml").write_text("mine")
    assert main(["rubric", "new", "my-paper"]) == 1
    assert "rubrics/my-paper.yaml is there already" in capsys.readouterr().err
    assert (root / "rubrics/my-paper.yaml").read_text() == "mine"
    assert not (root / "papers/my-paper").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../my", "'../my' is no id; "),
        ("My", "'My' is no id; "),
        ("a" * 101, "an id of 101 characters is too long; "),
        ("my.patch", "rubrics/my.patch.yaml would be an overlay"),
    ],
)
def test_what_is_no_id(name: str, words: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "new", name]) == 2
    assert words in capsys.readouterr().err
    assert not [*root.glob("papers/*"), *root.glob("rubrics/*")]


def test_a_catalogued_paper_is_to_be_hydrated(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CHECKOUT / "papers/rice", root / "papers/rice", ignore=shutil.ignore_patterns("*.md"))
    assert main(["rubric", "new", "rice"]) == 1
    assert "fetch it with 'paperbench hydrate rice'" in capsys.readouterr().err
