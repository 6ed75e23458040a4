"""paperbench rubric sign: what it writes, what it clears, and when a rubric is signed off."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.rubrics.signable import ADA, NED, RUBRIC
from tests.validators.cases import ROOT
from validators.corpus import Corpus, rubric_tree
from validators.digest import leaf_digests, rubric_digest
from validators.yaml_reader import parse_yaml


@pytest.fixture
def rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = shutil.copytree(ROOT, tmp_path / "root")
    monkeypatch.chdir(root)
    path = root / "rubrics/demo.yaml"
    path.write_text(RUBRIC)
    return path


def sign(*words: str) -> int:
    return main(["rubric", "sign", "demo", *words])


def said(path: Path) -> list[str]:
    """The codes that check finds in the rubric."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", "check", str(path)], capture_output=True, text=True, check=False
    )
    return re.findall(r": ([A-Z][0-9]{3}) ", done.stdout)


def test_an_author_signs_everything_off(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign(*ADA, "--date", "2026-01-31", "--all-branches") == 0
    out = capsys.readouterr().out
    assert out == "Ada Example, paper_author, 2026-01-31: 2 branches\nstatus: in_review -> signed_off\n"
    added = """\
sign_offs:
  - name: Ada Example
    role: paper_author
    date: "2026-01-31"
    branches:
      demo: "162e26a569116114"
      demo/method: "1c1cfe083a1e77a6"
"""
    wanted = RUBRIC.replace("status: in_review   # soon\n", f"status: signed_off   # soon\n{added}")
    assert rubric.read_text() == wanted
    assert said(rubric) == []


def test_no_digest_that_scores_rest_on_changes(rubric: Path) -> None:
    def digests() -> tuple[str, dict[str, str]]:
        tree = rubric_tree(Corpus(rubric.parents[1]).rubric("demo"))
        return rubric_digest(tree), leaf_digests(tree)

    before = digests()
    assert sign(*ADA, "--all-branches") == 0
    assert digests() == before


def test_people_share_the_branches(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign(*NED, "--branch", "demo", "--date", "2026-01-31") == 0
    out, err = capsys.readouterr()
    assert out == "Ned Example, expert, 2026-01-31: 1 branch\n"
    assert "not signed off yet (R230): no paper_author has signed" in err
    assert "not signed off yet (R232): nobody has signed 1 branch ('demo/method') as it stands" in err
    assert sign(*ADA, "--branch", "demo/method") == 0
    assert "status: signed_off" in rubric.read_text()


def test_an_edited_child_clears_its_branch_and_no_other(
    rubric: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign(*ADA, "--all-branches") == 0
    rubric.write_text(rubric.read_text().replace("The step size is 0.1.", "The step size is 0.2."))
    assert said(rubric) == ["R232", "R231"]
    capsys.readouterr()
    assert sign(*NED) == 0
    assert "cleared, since it changed: demo/method (Ada Example, " in capsys.readouterr().out
    assert "status: in_review" in rubric.read_text()
    assert said(rubric) == []
    assert sign(*NED, "--branch", "demo/method") == 0
    assert "status: signed_off" in rubric.read_text()


def test_weights_and_checks_clear_nothing(rubric: Path) -> None:
    assert sign(*ADA, "--all-branches") == 0
    rubric.write_text(rubric.read_text().replace("category: Code Dev", "weight: 3, category: Code Dev"))
    assert said(rubric) == []


def test_who_signs_again_is_brought_up_to_date(rubric: Path) -> None:
    assert sign(*ADA, "--date", "2026-01-31", "--branch", "demo") == 0
    assert sign(*ADA, "--date", "2026-02-01", "--branch", "demo/method") == 0
    (one,) = parse_yaml(rubric.read_text(), "x").data["sign_offs"]
    assert one["date"] == "2026-02-01"
    assert list(one["branches"]) == ["demo", "demo/method"]


def test_a_waiver_stands_for_the_author(rubric: Path) -> None:
    waiver = "{code: R230, path: rubrics/demo.yaml, reason: no author answers}"
    (rubric.parents[1] / "papers/waivers.yaml").write_text(f"schema: waivers/v1\nwaivers: [{waiver}]\n")
    assert sign(*NED, "--all-branches") == 0
    assert "status: signed_off" in rubric.read_text()
    assert main(["check"]) == 0


def test_back_and_forth(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign(*ADA, "--all-branches") == 0
    assert sign("--status", "in_review") == 0
    assert "Ada Example" in rubric.read_text()
    assert sign("--status", "draft") == 0
    assert rubric.read_text() == RUBRIC.replace("in_review", "draft")
    assert sign(*ADA) == 1
    assert (
        "is a draft, and a draft is signed by nobody; 'paperbench rubric sign demo" in capsys.readouterr().err
    )
    assert sign("--status", "in_review") == 0
    assert rubric.read_text() == RUBRIC


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["demo", "--name", "Ada"], 2, "a sign-off needs --name and --role"),
        (["demo", "--name", " ", "--role", "expert"], 2, "a sign-off needs --name and --role"),
        (["demo", *ADA, "--status", "draft"], 2, "--status moves a rubric and signs nothing"),
        (["demo", *ADA, "--date", "2026-02-30"], 2, "--date '2026-02-30' is no day"),
        (["demo", *ADA, "--date", "20260131"], 2, "--date '20260131' is no day"),
        (["demo", *ADA, "--branch", "demo/metod"], 1, "no branch 'demo/metod'; did you mean 'demo/method'?"),
        (["demo", *ADA, "--branch", "demo/runs"], 1, "no branch 'demo/runs'"),
        (["dem", *ADA], 1, "no rubric 'dem'"),
        (["rubrics/demo.yaml", *ADA], 1, "'rubrics/demo.yaml' is no paper of papers/"),
    ],
)
def test_refusals(
    words: list[str], status: int, message: str, rubric: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rubric", "sign", *words]) == status
    assert message in capsys.readouterr().err
    assert rubric.read_text() == RUBRIC


def test_a_rubric_that_is_kept_upstream_cannot_be_signed(
    rubric: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = rubric.parents[1] / "papers/demo/paper.yaml"
    source = (
        "source: {repository: a/b, commit: 0123456789abcdef0123456789abcdef01234567, folder: demo,\n"
        f"  files: [{{path: rubric.json, sha256: {'a' * 64}}}]}}\n"
    )
    paper.write_text(paper.read_text() + source)
    assert sign(*ADA) == 1
    assert "is kept upstream" in capsys.readouterr().err


def test_a_broken_rubric_is_named_and_left_alone(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric.write_text(broken := RUBRIC.replace("revision: 1", "revision: one"))
    assert sign(*ADA) == 1
    assert ":4:11: S104 " in capsys.readouterr().err
    assert rubric.read_text() == broken


def test_lines_end_as_they_did(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric.write_bytes(RUBRIC.replace("\n", "\r\n").encode())
    assert sign(*ADA, "--all-branches") == 0
    written = rubric.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n") == RUBRIC.count("\n") + 7
    assert sign("--status", "draft") == 0
    assert rubric.read_bytes() == RUBRIC.replace("in_review", "draft").replace("\n", "\r\n").encode()
    rubric.write_bytes(mixed := RUBRIC.replace("\n", "\r\n", 3).encode())
    assert sign(*ADA) == 1
    assert "run 'paperbench rubric fmt' on it first" in capsys.readouterr().err
    assert rubric.read_bytes() == mixed


def test_people_sign_at_the_same_time(rubric: Path) -> None:
    command = [sys.executable, "-m", "runner", "rubric", "sign", "demo", "--role", "expert", "--name"]
    started = [
        subprocess.Popen([*command, f"Person {number}"], stderr=subprocess.DEVNULL) for number in range(6)
    ]
    assert [process.wait() for process in started] == [0] * 6
    names = {one["name"] for one in parse_yaml(rubric.read_text(), "x").data["sign_offs"]}
    assert names == {f"Person {number}" for number in range(6)}


def test_what_an_editor_saves_meanwhile_stays(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = RUBRIC.replace("The step size is 0.1.", "The step size is 0.2.")

    def save(_: object, event: str, called: Any) -> None:
        # When the new text is written beside the rubric, and not yet put in its place.
        if event == "c_call" and called.__name__ == "fsync":
            sys.setprofile(None)
            rubric.write_text(saved)

    sys.setprofile(save)
    try:
        assert sign(*ADA) == 1
    finally:
        sys.setprofile(None)
    assert "rubrics/demo.yaml was saved meanwhile and is not signed; sign again" in capsys.readouterr().err
    assert rubric.read_text() == saved


def test_nothing_outside_rubrics_is_signed(rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = rubric.parents[2] / "x" / "out.yaml"
    outside.parent.mkdir()
    outside.write_text(RUBRIC)
    for name in ("../../x/out", str(outside).removesuffix(".yaml"), "./demo"):
        assert main(["rubric", "sign", name, *ADA]) == 1
        assert f"'{name}' is no paper of papers/" in capsys.readouterr().err
    assert outside.read_text() == rubric.read_text() == RUBRIC


def test_a_killed_writer_leaves_the_old_rubric_or_the_new(rubric: Path) -> None:
    command = [sys.executable, "-m", "runner", "rubric", "sign", "demo", *ADA, "--all-branches"]
    assert sign(*ADA, "--all-branches") == 0
    new = rubric.read_text()
    for milliseconds in range(0, 400, 40):
        rubric.write_text(RUBRIC)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(milliseconds / 1000)
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
        assert rubric.read_text() in (RUBRIC, new)
