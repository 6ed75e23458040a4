"""The catalogue of PaperBench's 23 papers: its facts agree with each other, with upstream's and with git."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runner.cli import main
from tests.data_folder import upstream_data
from tests.papers.refresh_answers import ROOT
from validators.corpus import Corpus
from validators.hydration import our_name
from validators.roots import DataRoot

CORPUS = Corpus(ROOT)
OWN = set(CORPUS.splits().splits["own"])
CATALOGUED = sorted(set(CORPUS.paper_ids()) - OWN)


def facts() -> dict[str, Any]:
    return dict(json.loads((upstream_data() / "upstream_facts.json").read_bytes()))


def test_every_paper_of_the_splits_is_catalogued() -> None:
    splits = CORPUS.splits().splits
    assert set(splits["all"]) | set(splits["dev"]) == set(CATALOGUED)
    assert (len(splits["all"]), len(splits["dev"])) == (20, 3)


@pytest.mark.parametrize("paper", CATALOGUED)
def test_an_entry_holds_facts_and_no_text(paper: str) -> None:
    entry = CORPUS.paper(paper)
    source = entry.source
    assert source is not None
    assert source.folder == f"project/paperbench/data/papers/{paper}"
    assert entry.authors
    assert entry.topics
    assert entry.url is not None
    pinned = {file.path: file.sha256 for file in source.files}
    assert {our_name(path): pin for path, pin in pinned.items() if path.endswith(".md")} == {
        file.path: file.sha256 for file in entry.files
    }
    tracked = subprocess.run(
        ["git", "ls-files", f"papers/{paper}", f"rubrics/{paper}.yaml"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert tracked == [f"papers/{paper}/blacklist.yaml", f"papers/{paper}/paper.yaml"]


@pytest.mark.parametrize("paper", CATALOGUED)
def test_an_entry_agrees_with_upstream(paper: str) -> None:
    source = CORPUS.paper(paper).source
    assert source is not None
    known = facts()["papers"][paper]
    assert source.nodes == known["nodes"]
    assert source.leaves is not None
    assert source.leaves.model_dump(by_alias=True) == known["leaf_by_category"]
    listed = json.loads((upstream_data() / "upstream_files.json").read_bytes())
    assert (source.repository, source.commit) == (listed["repository"], listed["commit"])
    folder = f"papers/{paper}/"
    assert {file.path: file.sha256 for file in source.files} == {
        file["path"].removeprefix(folder): file["sha256"]
        for file in listed["files"] if file["path"].startswith(folder)
    }  # fmt: skip


def test_the_splits_are_upstreams() -> None:
    ours = {name: list(papers) for name, papers in CORPUS.splits().splits.items() if name != "own"}
    assert ours == facts()["splits"]
    assert set(facts()["papers"]) == set(CATALOGUED)


# What is forbidden here and not upstream; each such entry says why.
BEYOND_UPSTREAM = {"self-expansion": ["https://github.com/huiyiwang01/SEMA-CL"]}


@pytest.mark.parametrize("paper", CATALOGUED)
def test_the_blacklist_is_upstreams_to_the_byte(paper: str) -> None:
    source = CORPUS.paper(paper).source
    assert source is not None
    pinned = {file.path: file.sha256 for file in source.files}["blacklist.txt"]
    entries = CORPUS.blacklist(paper).entries
    beyond = [entry for entry in entries if entry.url in BEYOND_UPSTREAM.get(paper, ())]
    assert [entry.url for entry in beyond] == BEYOND_UPSTREAM.get(paper, [])
    assert all("beyond upstream's list" in (entry.reason or "") for entry in beyond)
    text = "\n".join(entry.url for entry in entries if entry not in beyond) or "none"
    assert pinned in {_sha256(text), _sha256(text + "\n")}


def _sha256(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def test_git_ignores_what_is_fetched_and_nothing_else() -> None:
    root = DataRoot(ROOT)
    fetched = [place for paper in CATALOGUED for place in root.fetchable(paper)]
    fetched += ["papers/rice/assets/figure.png", "papers/rice/.hydrating/paper.md"]
    kept = [f"papers/{paper}/{name}" for paper in OWN for name in ("paper.md", "addendum.md", "paper.yaml")]
    kept += [f"rubrics/{paper}.yaml" for paper in OWN]
    kept += [f"papers/{paper}/{name}.yaml" for paper in CATALOGUED for name in ("paper", "blacklist")]
    kept += ["rubrics/rice.patch.yaml", "papers/new/paper.md", "rubrics/new.yaml"]
    told = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=ROOT, input="\n".join(fetched + kept), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.split("\n")[:-1] == fetched
    assert len(fetched) == 23 * 3 + 4 + 2 + 2


def test_the_catalogue_is_clean_without_its_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for paper in CATALOGUED:
        for name in ("paper.yaml", "blacklist.yaml"):
            target = tmp_path / "papers" / paper / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / "papers" / paper / name).read_bytes())
    (tmp_path / "rubrics").mkdir()
    assert main(["check", "--root", str(tmp_path)]) == 0
    assert " error" not in capsys.readouterr().err
