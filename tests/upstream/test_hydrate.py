"""paperbench hydrate: what a paper pins is fetched, proven and put in place, or nothing is."""

import json
from pathlib import Path

import pytest

from runner.cli import main
from tests.data_folder import upstream_papers
from tests.tiny_root import add_run, tiny_root
from tests.upstream.catalogued import catalogued, files, upstream
from validators.corpus import Corpus

CHECKOUT = Path(__file__).parents[2]


def hydrate(root: Path, *more: object) -> int:
    return main(["hydrate", "--root", str(root), *map(str, more)])


def test_a_hydrated_paper_is_the_imported_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = upstream(tmp_path / "data", "tiny", "other")
    root = catalogued(tmp_path / "root", data)
    entries = files(root)
    assert main(["check", "--root", str(root)]) == 0
    assert hydrate(root, "tiny", "--from", data) == 0
    assert "hydrated  tiny (5 files" in capsys.readouterr().out
    assert main(["import", "upstream", str(data), "tiny", "--out", str(tmp_path / "imported")]) == 0
    kept = {"papers/tiny/paper.yaml", "papers/tiny/blacklist.yaml"}
    imported = {path: text for path, text in files(tmp_path / "imported").items() if path not in kept}
    assert files(root) == entries | imported
    assert main(["check", "--root", str(root)]) == 0


def test_hydrating_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = upstream(tmp_path / "data", "tiny", "other")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "--all", "--from", data, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(paper["paper"], paper["state"]) for paper in told] == [
        ("other", "hydrated"),
        ("tiny", "hydrated"),
    ]
    before = files(root)
    # Nothing lacks, so nothing is asked for.
    assert hydrate(root, "--all", "--from", "http://127.0.0.1:9") == 0
    assert files(root) == before
    (root / "papers" / "tiny" / "addendum.md").unlink()
    (root / "rubrics" / "other.yaml").unlink()
    entries = [str(root / "papers" / name / "paper.yaml") for name in ("tiny", "other")]
    assert main(["check", *entries]) == 0
    out = capsys.readouterr().out
    assert "P310 paper is half hydrated, without 'papers/tiny/addendum.md'" in out
    assert "run 'paperbench hydrate other'" in out
    assert hydrate(root, "tiny", "other", "--from", data) == 0
    assert files(root) == before


def test_every_difference_is_named_and_nothing_put_in_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "tiny", "other")
    root = catalogued(tmp_path / "root", data)
    (data / "papers" / "tiny" / "paper.md").write_text("Another text.\n")
    (data / "papers" / "tiny" / "rubric.json").write_text("{}")
    (data / "papers" / "tiny" / "addendum.md").unlink()
    assert hydrate(root, "tiny", "other", "--from", data) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("paperbench: tiny is not hydrated, 3 files not as pinned: ")
    pinned = {file.path: file.sha256 for file in Corpus(root).paper("tiny").files}["paper.md"]
    assert f"and {pinned} is pinned" in line
    assert "rubric.json has sha256 44136fa355" in line
    assert "addendum.md is missing" in line
    assert not (root / "papers" / "tiny" / "paper.md").exists()
    assert not (root / "rubrics" / "tiny.yaml").exists()
    # The other paper is done all the same.
    assert (root / "rubrics" / "other.yaml").is_file()
    assert main(["check", "--root", str(root)]) == 0


@pytest.mark.parametrize("place", ["papers/tiny/paper.md", "rubrics/tiny.yaml"])
def test_what_is_there_and_differs_is_replaced_only_by_force(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "tiny")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "tiny", "--from", data) == 0
    right = files(root)
    (root / place).write_text("# mine\n")
    before = files(root)
    capsys.readouterr()
    assert hydrate(root, "tiny", "--from", data) == 1
    assert f"{place} is there and is not upstream's" in capsys.readouterr().err
    assert files(root) == before
    assert hydrate(root, "tiny", "--from", data, "--force") == 0
    assert files(root) == right


def test_a_rubric_that_says_the_same_is_kept(tmp_path: Path) -> None:
    data = upstream(tmp_path / "data", "tiny")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "tiny", "--from", data) == 0
    rubric = root / "rubrics" / "tiny.yaml"
    rubric.write_text("# reviewed by me\n" + rubric.read_text().replace("in_review", "draft"))
    before = files(root)
    assert hydrate(root, "tiny", "--from", data) == 0
    assert files(root) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    requirement:", "    review_minutes: 3\n    requirement:"),
        ("    requirement:", "    rationale: {section: Method, quote: words}\n    requirement:"),
    ],
)
def test_what_goes_beyond_upstreams_rubric_is_told_and_replaced_by_force(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "tiny")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "tiny", "--from", data) == 0
    right = files(root)
    rubric = root / "rubrics" / "tiny.yaml"
    assert old in rubric.read_text()
    rubric.write_text(rubric.read_text().replace(old, new, 1))
    capsys.readouterr()
    assert hydrate(root, "tiny", "--from", data) == 1
    assert "rubrics/tiny.yaml is there and is not upstream's" in capsys.readouterr().err
    assert hydrate(root, "tiny", "--from", data, "--force") == 0
    assert "hydrated  tiny (1 file" in capsys.readouterr().out
    assert files(root) == right
    assert hydrate(root, "tiny", "--from", data, "--force") == 0
    assert "unchanged tiny" in capsys.readouterr().out


def test_force_undoes_what_says_the_same(tmp_path: Path) -> None:
    data = upstream(tmp_path / "data", "tiny")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "tiny", "--from", data) == 0
    right = files(root)
    rubric = root / "rubrics" / "tiny.yaml"
    rubric.write_text("# mine\n" + rubric.read_text())
    assert hydrate(root, "tiny", "--from", data, "--force") == 0
    assert files(root) == right


def test_what_is_wrong_with_one_paper_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "broken", "folder", "staging", "tiny")
    root = catalogued(tmp_path / "root", data)
    (root / "papers/broken/paper.yaml").write_text("schema: [\n")
    (root / "papers/folder/paper.md").mkdir()
    (root / "papers/staging/.hydrating").write_text("a file\n")
    assert hydrate(root, "--all", "--from", data, "--json") == 1
    out, err = capsys.readouterr()
    assert [paper["paper"] for paper in json.loads(out)] == ["tiny"]
    assert "papers/broken/paper.yaml:" in err
    assert "papers/folder/paper.md" in err
    assert "papers/staging/.hydrating" in err
    assert "Traceback" not in err
    assert (root / "rubrics/tiny.yaml").is_file()


def test_what_was_done_is_told_where_the_network_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "other", "tiny")
    root = catalogued(tmp_path / "root", data)
    assert hydrate(root, "other", "--from", data) == 0
    capsys.readouterr()
    assert hydrate(root, "--all", "--from", "http://127.0.0.1:9", "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == [{"paper": "other", "state": "unchanged", "files": 0, "bytes": 0}]
    assert "cannot be fetched" in err


@pytest.mark.parametrize("verb", ["plan", "run"])
@pytest.mark.parametrize("half", [False, True])
def test_a_run_over_a_paper_that_is_not_hydrated_is_refused(
    verb: str, half: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = upstream(tmp_path / "data", "far")
    root = tiny_root(catalogued(tmp_path / "root", data))
    add_run(root, papers=["tiny", "far"], agents=("noop",))
    if half:
        assert hydrate(root, "far", "--from", data) == 0
        (root / "papers" / "far" / "judge-addendum.md").unlink()
    before = files(root)
    capsys.readouterr()
    assert main([verb, "tiny-run", "--root", str(root)]) == 1
    told = capsys.readouterr().err
    assert told == "paperbench: paper 'far' is not hydrated; run 'paperbench hydrate far'\n"
    assert files(root) == before
    assert hydrate(root, "far", "--from", data) == 0
    assert main(["plan", "tiny-run", "--root", str(root)]) == 0


@pytest.mark.parametrize(
    "arguments", [["export", "upstream", "far", "--out", "x"], ["rubric", "tree", "far"]]
)
def test_verbs_say_what_to_fetch(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = catalogued(tmp_path / "root", upstream(tmp_path / "data", "far"))
    assert main([*arguments, "--root", str(root)]) == 1
    assert "paperbench hydrate far" in capsys.readouterr().err


def test_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tiny_root(catalogued(tmp_path / "root", upstream(tmp_path / "data", "far")))
    for arguments, status, words in (
        ([], 2, "--all"),
        (["far", "--all"], 2, "--all"),
        (["fra"], 1, "did you mean 'far'?"),
        (["tiny"], 1, "pins no source"),
        (["far", "--from", tmp_path / "nowhere"], 2, "neither a URL nor a folder"),
        (["far", "--from", root], 1, "no papers/<id>/config.yaml"),
        (["far", "--from", "http://example.org/data"], 1, "only https://"),
        (["far", "--from", "file:///etc"], 1, "only https://"),
    ):
        assert hydrate(root, *arguments) == status
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line


def test_a_paper_yaml_cannot_point_elsewhere(tmp_path: Path) -> None:
    data = upstream(tmp_path / "data", "tiny")
    root = catalogued(tmp_path / "root", data)
    path = root / "papers" / "tiny" / "paper.yaml"
    paper = json.loads(path.read_text())
    pin = paper["source"]["files"][0]["sha256"]
    paper["source"]["files"] += [{"path": "paper.yaml", "sha256": pin}, {"path": "run.sh", "sha256": pin}]
    paper["files"] += [{"path": "paper.yaml", "sha256": pin}, {"path": "run.sh", "sha256": pin}]
    paper["rubric"] = "README.md"
    path.write_text(json.dumps(paper))
    assert hydrate(root, "tiny", "--from", data) == 0
    assert not (root / "README.md").exists()
    assert not (root / "papers" / "tiny" / "run.sh").exists()
    assert path.read_text() == json.dumps(paper)


def test_the_real_papers_are_what_import_makes_of_them(tmp_path: Path) -> None:
    data = upstream_papers()
    root = tmp_path / "root"
    names = sorted(path.parent.name for path in (data / "papers").glob("*/config.yaml"))
    for name in names:
        for file in ("paper.yaml", "blacklist.yaml"):
            target = root / "papers" / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((CHECKOUT / "papers" / name / file).read_bytes())
    entries = files(root)
    assert hydrate(root, "--all", "--from", data) == 0
    imported = tmp_path / "imported"
    assert main(["import", "upstream", str(data), "--out", str(imported)]) == 0
    assert {path: text for path, text in files(root).items() if path not in entries} == {
        path: text for path, text in files(imported).items()
        if path not in entries and path != "papers/splits.yaml"
    }  # fmt: skip
    assert hydrate(root, "--all", "--from", data) == 0
    assert main(["check", "--root", str(root)]) == 0
    for name in names:
        ours, other = Corpus(root).blacklist(name), Corpus(imported).blacklist(name)
        assert ours.entries == other.entries
        assert Corpus(root).paper(name).title == Corpus(imported).paper(name).title
