"""Git repositories whose rubrics change from commit to commit."""

import json
import shutil
from pathlib import Path

import pytest

from tests.rubrics.roots import NEW, OLD, commit_all, git, rubric_root
from validators.digest import sha256_bytes
from validators.upstream_json import rubric_json
from validators.yaml_reader import read_yaml


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root whose rubric changed between main and topic, with stored scores under that of main."""
    root = rubric_root(tmp_path / "root")
    (root / ".gitignore").write_text("runs/\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit_all(root, "the rubric")
    git(root, "switch", "--quiet", "--create", "topic")
    shutil.copy(NEW, root / "rubrics" / "tiny.yaml")
    commit_all(root, "a better rubric")
    monkeypatch.chdir(root)
    return root


def overlay_text(base: Path, revision: int, weight: int) -> str:
    """An overlay of tiny that weighs its method."""
    digest = sha256_bytes(rubric_json(read_yaml(base).data["criterion"]))
    edit = {"kind": "reweight", "path": "root/method", "weight": weight}
    document = {
        "schema": "overlay/v1",
        "paper": "tiny",
        "revision": revision,
        "base": digest,
        "edits": [edit],
    }
    return json.dumps(document, indent=1) + "\n"


@pytest.fixture
def overlaid(repository: Path) -> Path:
    """A repository that ignores the rubric and keeps an overlay of it, in two versions."""
    rubric = repository / "rubrics" / "tiny.yaml"
    git(repository, "rm", "--quiet", "--cached", "rubrics/tiny.yaml")
    shutil.copy(OLD, rubric)
    (repository / ".gitignore").write_text("runs/\nrubrics/tiny.yaml\n")
    commit_all(repository, "the rubric is kept elsewhere")
    for number, weight in ((1, 3), (2, 5)):
        (repository / "rubrics" / "tiny.patch.yaml").write_text(overlay_text(rubric, number, weight))
        commit_all(repository, f"overlay {number}")
    return repository
