"""paperbench check from the command line: exit status, formats, places, and never a traceback."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.cli import main
from tests.validators.cases import CHECKOUT, INVALID, ROOT, VALID
from tests.validators.test_agreement import SEEDS, mutated
from validators.check import check_file
from validators.findings import InvalidDocumentError
from validators.load import load_document
from validators.models import DOCUMENTS
from validators.roots import DataRoot

BROKEN = INVALID / "S105-not-one-of.yaml"
PLACES = {
    "rubric/v1": "rubrics/demo.yaml",
    "paper/v1": "papers/demo/paper.yaml",
    "blacklist/v1": "papers/demo/blacklist.yaml",
    "splits/v1": "papers/splits.yaml",
    "run/v1": "runner/configs/small.yaml",
    "agent/v1": "runner/configs/agents/mine.yaml",
    "judge/v1": "runner/configs/judges/big.yaml",
    "site/v1": "runner/configs/sites/here.yaml",
    "prices/v1": "runner/configs/prices/openai.yaml",
}
# Some rules speak only from twenty leaves on.
WIDE: dict[str, Any] = {
    "schema": "rubric/v1", "paper": "demo", "revision": 1, "status": "draft",
    "criterion": {
        "id": "demo", "requirement": "The paper is replicated.",
        "children": [
            {"id": f"leaf-{number}", "requirement": f"Table {number} is there.", "category": category}
            for number, category in enumerate(["Code Development", "Result Analysis"] * 11)
        ],
    },
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT, tmp_path / "root")


def test_clean_is_0_and_findings_are_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(VALID / "prices.yaml")]) == 0
    assert capsys.readouterr() == ("", "1 file, clean\n")
    assert main(["check", str(BROKEN)]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 4
    assert err == "1 file, 4 errors\n"


def test_a_root_of_strays_is_not_taken_for_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("papers", "rubrics"):
        Path(name).mkdir()
    shutil.copy(VALID / "rubric.yaml", "rubrics/x.yml")
    assert main(["check"]) == 1
    assert capsys.readouterr().out.startswith("rubrics/x.yml:1:1: F602 ")


@pytest.mark.parametrize("shut", [">&-", "2>&-", ">&- 2>&-"])
def test_a_shut_stream_is_no_fault(shut: str) -> None:
    command = f'"$@" {shut}'
    done = subprocess.run(
        ["bash", "-c", command, "-", sys.executable, "-m", "runner", "check", str(BROKEN)],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_options_count_for_a_root_that_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "papers/demo/notes.txt").write_text("Left behind.\n")
    assert main(["check", str(root)]) == 0
    assert " F609" in capsys.readouterr().out.splitlines()[1]
    assert main(["check", "--warnings", "--no-cache", str(root)]) == 0
    assert f"{root}/papers/demo/notes.txt:1:1: F609 " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.yaml"], "nowhere.yaml does not exist"),
        (["notes.md"], "notes.md is no document of a data root"),
        (["notes.txt"], "notes.txt is no document of a data root"),
        (["--root", "nowhere"], "--root nowhere is no folder"),
        (["--explain", "R2O2"], "no code 'R2O2'; did you mean 'R2"),
        (["."], "no YAML file there"),
        ([], "no folder upwards holds papers/ and rubrics/"),
    ],
)
def test_bad_usage_is_2(
    words: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("notes.md", "notes.txt"):
        Path(name).write_text("# Notes\n")
    assert main(["check", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_a_paper_is_checked_with_all_that_belongs_to_it(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "papers")
    assert main(["check", "../rubrics/demo.yaml", "demo"]) == 0
    capsys.readouterr()
    broken = [
        "papers/demo/paper.yaml",
        "papers/demo/addendum.md",
        "rubrics/demo.yaml",
        "papers/other/paper.yaml",
    ]
    for name in broken:
        path = root / name
        path.write_bytes(path.read_bytes() + b"\xff\n")
    (root / "rubrics/demo.patch.yaml").write_text("schema: overlay/v1\n")
    monkeypatch.chdir(root)
    assert main(["check", "demo"]) == 1
    named = {line.split(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert named == {*broken[:3], "rubrics/demo.patch.yaml"}
    assert main(["check", "papers/demo/paper.md", "papers/other/addendum.md"]) == 0
    assert main(["check", "papers/other"]) == 1
    capsys.readouterr()
    assert main(["check", "demi"]) == 2
    assert "demi does not exist, and is no paper" in capsys.readouterr().err


def test_our_own_fault_is_3_in_one_line(tmp_path: Path) -> None:
    for name in ("runner", "validators", "spec"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "spec/v1/rubric.schema.json").write_text("{")
    done = subprocess.run(
        [sys.executable, "-m", "runner", "check", str(VALID / "rubric.yaml")],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert re.fullmatch(r"paperbench: internal fault JSONDecodeError.*; please report it .*\n", done.stderr)


def test_names_are_relative_to_the_working_folder_where_they_lie_below_it(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(BROKEN, root / "rubrics" / "demo.yaml")
    for folder, name in (
        (root, "rubrics/demo.yaml"),
        (root / "rubrics", "demo.yaml"),
        (root / "papers", None),
    ):
        monkeypatch.chdir(folder)
        assert main(["check", str(root / "rubrics" / "demo.yaml")]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert {line.split(":")[0] for line in lines} == {name or str(root / "rubrics" / "demo.yaml")}


@pytest.mark.parametrize("how", [["--format", "json"], ["--json"]])
def test_json(how: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(BROKEN), *how]) == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["files"] == 1
    assert [(finding["line"], finding["column"], finding["code"]) for finding in report["findings"]] == [
        (4, 9, "S105"), (9, 52, "S105"), (10, 84, "S105"), (11, 52, "S105"),
    ]  # fmt: skip
    assert err == ""


def test_findings_of_many_files_are_sorted_by_file_and_line(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in (
        "B401-no-url.yaml",
        "S106-out-of-range.yaml",
        "R202-duplicate-id.yaml",
        "Y002-duplicate-key.yaml",
    ):
        shutil.copy(INVALID / case, root / case)
    monkeypatch.chdir(root)
    names = sorted((path.name for path in root.glob("*.yaml")), reverse=True)
    assert main(["check", *names, "--root", "."]) == 1
    places = [line.split(":")[:3] for line in capsys.readouterr().out.splitlines()]
    keys = [(name, int(line), int(column)) for name, line, column in places]
    assert keys == sorted(keys)
    assert {name for name, _, _ in keys} == set(names)


def test_a_folder_is_searched_but_not_peoples_submissions(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "papers/demo/submissions/oracle/settings.yaml").write_text("lr: 0.1\n")
    assert main(["check", str(root / "papers")]) == 0
    assert capsys.readouterr().err == "5 files, clean\n"
    assert main(["check", str(root)]) == 0
    assert capsys.readouterr().err == "13 files, clean\n"


def test_lines_of_json_are_a_document_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = SEEDS["verdict/v1"]
    lines = [json.dumps(each) for each in (verdict, verdict | {"score": 2}, verdict)]
    path = tmp_path / "verdicts.jsonl"
    path.write_text("\n".join([*lines, "", '{"torn": ']) + "\n")
    assert main(["check", str(path)]) == 1
    places = [line.removeprefix(str(path)).split(" ")[:2] for line in capsys.readouterr().out.splitlines()]
    column = lines[1].index('"score": ') + len('"score": ') + 1
    assert places[0] == [f":2:{column}:", "S106"]
    assert [place[0][:3] + " " + place[1] for place in places] == [":2: S106", ":5: Y001"]


def test_a_run_outside_the_configs_is_held_against_its_root(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "my-run.yaml"
    shutil.copy(ROOT / "runner/configs/small.yaml", mine)
    mine.write_text(mine.read_text().replace("judge: recorded", "judge: recordd"))
    assert main(["check", str(mine)]) == 0
    assert main(["check", str(mine), "--root", str(root)]) == 1
    assert "C504 judge 'recordd' does not exist; did you mean 'recorded'?" in capsys.readouterr().out


def test_loading_says_what_checking_says(tmp_path: Path) -> None:
    for case in sorted(INVALID.glob("S10*.yaml")):
        kind = next((kind for kind in DOCUMENTS if f"schema: {kind}\n" in case.read_text()), None)
        if kind is None or case.name.startswith(("S101", "S109")):
            continue
        with pytest.raises(InvalidDocumentError) as caught:
            load_document(case, DOCUMENTS[kind], case.name)
        said = [str(finding) for finding in caught.value.findings if finding.code.startswith("S")]
        shown = case.with_suffix(".expected").read_text().splitlines()
        assert said == [line for line in shown if line.split(" ")[1] < "S109" and " S" in line]


def test_it_needs_none_of_the_runners_libraries() -> None:
    code = """
import sys
for name in ("openai", "duckdb", "msgspec", "rich", "pydantic"):
    sys.modules[name] = None
from runner.cli import main
sys.exit(main(["check", "--root", sys.argv[1]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "13 files, clean\n")


def assert_rules_hold(root: Path, kind: str, document: Any) -> None:
    if not root.exists():
        shutil.copytree(ROOT, root)
    path = root / PLACES[kind]
    path.write_text(json.dumps(document))
    for finding in check_file(path, DataRoot(root)).findings:
        assert finding.code[0] in "SRPBCF"
        assert finding.message.isprintable()


@pytest.mark.parametrize("category", ["gone", None, "Code", [], 1])
def test_rules_hold_on_a_leaf_without_category(category: Any, tmp_path: Path) -> None:
    document = copy.deepcopy(WIDE)
    leaf = document["criterion"]["children"][3]
    del leaf["category"]
    if category != "gone":
        leaf["category"] = category
    assert_rules_hold(tmp_path / "root", "rubric/v1", document)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=mutated(WIDE))
def test_rules_hold_on_any_wide_shape(document: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert_rules_hold(tmp_path_factory.getbasetemp() / "rules-wide", "rubric/v1", document)


@pytest.mark.parametrize("kind", sorted(PLACES))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_rules_hold_on_any_shape(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.getbasetemp() / f"rules-{kind.replace('/', '-')}"
    assert_rules_hold(root, kind, data.draw(mutated(SEEDS[kind])))
