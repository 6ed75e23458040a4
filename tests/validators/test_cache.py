"""The cached check says what an uncached one says, whatever was changed, deleted or killed in between."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.cli import main
from tests.validators.cases import CHECKOUT, INVALID, ROOT
from tests.validators.mutants import spoil
from validators.cache import PLACE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path / "root", ignore=shutil.ignore_patterns(".cache")))


def told(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    status = main(["check", "--root", str(root), "--format", "json", *more])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def edit(root: Path, chance: random.Random) -> None:
    """One thing that a person does to a data root."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and ".cache" not in path.parts)
    path = chance.choice(files)
    match chance.randrange(6):
        case 0:
            path.unlink()
        case 1:
            path.write_text(spoil(path.read_text(), chance))
        case 2:
            path.with_name(f"copy-{path.name}").write_bytes(path.read_bytes())
        case 3:
            path.rename(path.with_name(f"other-{path.name}"))
        case 4:
            case = chance.choice(sorted(case for case in INVALID.iterdir() if case.is_dir()))
            shutil.copytree(case, root, dirs_exist_ok=True, symlinks=True)
        case _:
            shutil.copytree(ROOT, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".cache"))


@pytest.mark.parametrize("seed", range(6))
def test_any_edit_is_seen(seed: int, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        edit(root, chance)
        cached = told(root, capsys)
        assert cached == told(root, capsys, "--no-cache")
        assert cached == told(root, capsys)


def test_warnings_are_counted_whatever_the_cache_holds(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = root / "rubrics/demo.yaml"
    rubric.write_text(rubric.read_text().replace("The code runs", "The code runs properly"))
    plain = ["check", "--root", str(root)]
    assert main(plain) == 0
    first = capsys.readouterr()
    assert main([*plain, "--warnings"]) == 0
    assert capsys.readouterr().out != first.out
    assert main(plain) == 0
    assert capsys.readouterr() == first


def test_a_hit_reads_no_document_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(root, capsys)
    code = """
import sys
for name in ("ryaml", "ruamel.yaml", "jsonschema", "jsonschema_rs", "validators.examine"):
    sys.modules[name] = None
from runner.cli import main
sys.exit(main(["check", "--root", sys.argv[1], "--format", "json"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == first


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"program": 1}', b"[" * 100_000])
def test_a_spoilt_cache_is_no_cache(content: bytes, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(root, capsys)
    (root / PLACE).write_bytes(content)
    assert told(root, capsys) == first
    shutil.rmtree(root / PLACE.parent)
    assert told(root, capsys) == first


def test_entries_of_another_program_do_not_count(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(root, capsys)
    kept = json.loads((root / PLACE).read_bytes())
    kept["program"] += " and another rule"
    for entry in kept["entries"].values():
        entry["found"] = [[[1, 1, "R999", "made up", "error"]], {}, {}]
    (root / PLACE).write_text(json.dumps(kept))
    assert told(root, capsys) == first


def test_two_processes_share_it(root: Path) -> None:
    command = [sys.executable, "-m", "runner", "check", "--root", str(root), "--format", "json"]
    for _ in range(3):
        shutil.rmtree(root / ".cache", ignore_errors=True)
        both = [subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) for _ in range(2)]
        outputs = [process.communicate()[0] for process in both]
        assert outputs[0] == outputs[1]
        json.loads((root / PLACE).read_bytes())
    assert [path.name for path in (root / PLACE).parent.iterdir()] == [PLACE.name]


def test_killed_while_it_checks(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(root, capsys)
    command = [sys.executable, "-m", "runner", "check", "--root", str(root)]
    chance = random.Random(1)
    for _ in range(12):
        shutil.rmtree(root / ".cache")
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
            time.sleep(chance.uniform(0.05, 0.6))
            process.send_signal(signal.SIGKILL)
        assert told(root, capsys) == first


def test_where_nothing_can_be_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".cache").write_text("a file of somebody's\n")
    assert told(root, capsys)[0] == 0
    assert (root / ".cache").read_text() == "a file of somebody's\n"


@pytest.mark.parametrize("link", [".cache", ".cache/paperbench", ".cache/paperbench/check.json"])
def test_a_link_does_not_choose_what_is_written(
    link: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "precious"
    if link.endswith(".json"):
        precious.write_text("mine\n")
    else:
        precious.mkdir()
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    (root / link).symlink_to(precious)
    assert told(root, capsys)[0] == 0
    assert precious.read_text() == "mine\n" if precious.is_file() else not any(precious.iterdir())


@pytest.mark.parametrize("name", ["rules/rubric.py", "rules/vague_words.txt", "examine.py"])
def test_another_program_looks_again(name: str, root: Path, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "validators", tmp_path / "program" / "validators")
    shutil.copytree(CHECKOUT / "runner", tmp_path / "program" / "runner")
    shutil.copytree(CHECKOUT / "spec", tmp_path / "program" / "spec")
    command = [sys.executable, "-m", "runner", "check", "--root", str(root)]
    kept = []
    for _ in range(3):
        subprocess.run(command, cwd=tmp_path / "program", check=True, capture_output=True)
        kept.append((root / PLACE).stat().st_mtime_ns)
        if len(kept) == 2:
            with (tmp_path / "program" / "validators" / name).open("a") as stream:
                stream.write("# another\n")
    assert kept[0] == kept[1] < kept[2]


def test_strange_files_are_found_and_hide_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(root / "rubrics" / "pipe.yaml")
    (root / "rubrics" / "loop").symlink_to("loop")
    (root / "papers" / "demo" / "new\nline.md").write_text("")
    (root / "rubrics" / "demo.yaml").write_text("nonsense: [")
    status, out, _ = told(root, capsys)
    findings = json.loads(out)["findings"]
    assert status == 1
    assert {finding["code"] for finding in findings} >= {"F616", "Y001"}
    assert sum(finding["code"] == "F616" for finding in findings) == 3
