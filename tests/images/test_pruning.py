"""Images that no recipe makes any more, listed and removed."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from runner import procfs
from runner.containers.launching import Host
from runner.containers.sandbox import sandbox
from runner.images import Image
from runner.lease import Lease
from tests.images.conftest import Yard
from tests.tiny_root import add_run, write
from validators.load import load_document
from validators.models.images import BuiltImages


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


def gone() -> str:
    """What a process that is gone signed."""
    code = "from runner import procfs; print(procfs.signature())"
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_what_killed_processes_left_is_removed_and_what_others_make_stays(yard: Yard) -> None:
    yard.folder.mkdir()
    dead, living = gone(), procfs.signature()
    names = (".base-0123.{}.ab.tmp", ".base-0123-4567.sandbox.{}", ".base-0123-4567.sandbox.{}.aside")
    for name in names:
        write(
            yard.folder / name.format(dead) / "file" if "box" in name else yard.folder / name.format(dead),
            "x",
        )
        write(yard.folder / name.format(living), "x")
    assert yard.build("--prune").status == 0
    assert {path.name for path in yard.folder.iterdir()} == {name.format(living) for name in names}


def test_the_proof_that_an_unrecorded_image_is_whole_stays(yard: Yard) -> None:
    assert yard.build("base").status == 0
    (path,) = yard.folder.glob("*.sif")
    (yard.folder / "lock.yaml").unlink()
    proof = yard.folder / f".{path.stem}.{gone()}.ab.tmp"
    proof.hardlink_to(path)
    yard.build("--prune")
    assert yard.build("base").status == 0
    assert len(yard.calls()) == 1
    assert not proof.exists()


def test_fetched_and_unpacked_images_go_unless_a_config_names_them(yard: Yard) -> None:
    named, other = "a" * 64, "b" * 64
    add_run(
        yard.root, container="apptainer", images={"reproduce": {"sif": "http://a/b.sif", "sha256": named}}
    )
    assert yard.build("base").status == 0
    (entry,) = load_document(yard.folder / "lock.yaml", BuiltImages).images
    for sha256 in (named, other):
        write(yard.folder / f"fetched-{sha256[:12]}.sif", "image")
        write(yard.folder / f"fetched-{sha256[:12]}-{sha256[:12]}.sandbox" / "file", "x")
    write(yard.folder / f"base-{entry.digest[:12]}-{entry.sha256[:12]}.sandbox" / "file", "x")
    said = yard.build("--prune").out.splitlines()
    ours = f"fetched-{other[:12]}"
    removed = [yard.folder / f"{ours}.sif", yard.folder / f"{ours}-{other[:12]}.sandbox"]
    assert said == [*(f"removed {path}" for path in removed), "removed 1 images, 0 MB"]
    assert not any(path.exists() for path in removed)
    change(yard)
    assert f"base-{entry.digest[:12]}-{entry.sha256[:12]}.sandbox" in yard.build("--prune").out
    assert [path.name for path in yard.folder.glob("*.sandbox")] == [
        f"fetched-{named[:12]}-{named[:12]}.sandbox"
    ]


def test_nothing_is_removed_while_a_run_may_need_it(yard: Yard) -> None:
    assert yard.build("base").status == 0
    change(yard)
    image = {"sif": "/a.sif", "sha256": "a" * 64}
    add_run(yard.root, container="apptainer", images={"reproduce": image})
    assert yard.bench.call("plan", "tiny-run").status == 0
    lease = Lease(yard.bench.runs / "tiny-run")
    try:
        assert "is going and may need an image yet" in yard.build("--prune").line
        assert yard.build("--prune", "--dry-run").status == 0
    finally:
        lease.release()
    assert len(yard.sifs()) == 1
    assert yard.build("--prune").status == 0
    assert yard.sifs() == []


def test_an_image_is_unpacked_where_images_are_kept(yard: Yard, tmp_path: Path) -> None:
    sif = write(tmp_path / "elsewhere" / "own[1].sif", "image")
    yard.folder.mkdir()
    begin = ".own[1]-aaaaaaaaaaaa.sandbox."
    for end in ("", ".aside"):
        write(yard.folder / f"{begin}{gone()}{end}" / "file", "x")
    image = Image("own", sif, "a" * 64, None, None, yard.folder)
    assert sandbox(image, Host()) == yard.folder / "own[1]-aaaaaaaaaaaa.sandbox"
    assert [path.name for path in yard.folder.iterdir()] == ["own[1]-aaaaaaaaaaaa.sandbox"]
    assert [*sif.parent.iterdir()] == [sif]


def test_a_list_says_what_is_there(yard: Yard) -> None:
    assert yard.build("base").status == 0
    base, agent, folder = yard.build("--list").out.splitlines()
    assert "sha256 " in base
    assert agent.endswith("not built")
    assert folder == f"in {yard.folder}"
