"""Images that no recipe makes any more, listed and removed."""

import tarfile
from pathlib import Path

import pytest

from tests.images.conftest import Yard


def change(yard: Yard) -> None:
    path = yard.root / "sif/base.def"
    path.write_text(path.read_text().replace("echo", "printf"))


def test_only_what_no_recipe_makes_is_removed(yard: Yard) -> None:
    assert yard.build("agent").status == 0
    old = yard.sifs()
    change(yard)
    assert yard.build("agent").status == 0
    said = yard.build("--prune", "--dry-run").out
    assert len(yard.sifs()) == 4
    assert all(f"would remove {yard.folder / name}" in said for name in old)
    assert yard.build("--prune").status == 0
    assert not {*old} & {*yard.sifs()}
    assert len(yard.sifs()) == 2
    assert not [
        path for path in yard.folder.iterdir() if path.name.split(".")[0] in {name[:-4] for name in old}
    ]
    assert yard.build("--prune").out == "removed 0 images, 0 MB\n"
    assert yard.build("agent").status == 0
    assert len(yard.calls()) == 4


def test_images_of_another_sites_arguments_stay(yard: Yard) -> None:
    yard.site(arguments={"pythons": "3.12"})
    assert yard.build("base").status == 0
    yard.site()
    assert yard.build("--prune").out == "removed 0 images, 0 MB\n"
    assert len(yard.sifs()) == 1


@pytest.mark.parametrize("bootstrap", ["local", "tarball"])
def test_images_of_another_sites_start_stay_until_their_recipe_changes(
    yard: Yard, tmp_path: Path, bootstrap: str
) -> None:
    with tarfile.open(tmp_path / "start", "w") as archive:
        archive.addfile(tarfile.TarInfo("etc/passwd"))
    yard.site(bootstrap=bootstrap, source=str(tmp_path / "start"), arguments={"packages": "minimal"})
    assert yard.build("agent").status == 0
    yard.site()
    (tmp_path / "start").unlink()
    assert yard.build("--prune").out == "removed 0 images, 0 MB\n"
    assert len(yard.sifs()) == 2
    change(yard)
    assert yard.build("--prune").status == 0
    assert yard.sifs() == []


def test_the_lock_of_a_builder_stays(yard: Yard) -> None:
    assert yard.build("base").status == 0
    (lock,) = yard.folder.glob(".base-*.lock")
    change(yard)
    assert yard.build("--prune").status == 0
    assert yard.sifs() == []
    assert lock.exists()


def test_a_list_says_what_is_there(yard: Yard) -> None:
    assert yard.build("base").status == 0
    base, agent, folder = yard.build("--list").out.splitlines()
    assert "sha256 " in base
    assert agent.endswith("not built")
    assert folder == f"in {yard.folder}"
