"""The command lines of builds, word by word."""

import shlex
from pathlib import Path

import pytest

from runner.apptainer.build import Build
from runner.apptainer.command import Bind
from runner.images.arguments import wanted
from runner.images.definition import filled
from runner.images.recipes import recipe
from tests.execution.bench import CHECKOUT
from tests.images.conftest import BASE, Yard
from tests.tiny_root import write

GOLDEN = Path(__file__).parents[1] / "cases" / "images"

CALLS = {
    "plain": Build(Path("/s/a.sif"), Path("/r/a.def"), squashed=()),
    "user": Build(Path("/s/a.sif"), Path("/r/a.def"), {"pythons": "3.11 3.12", "extra": "", "odd": 'a, "b"'}),
    "root": Build(Path("/s/a.sif"), Path("/r/a.def"), fakeroot=True),
    "odd-paths": Build(
        Path("/s/a b.sif"),
        Path("/r/a.def"),
        binds=(Bind(Path("/a,b:c/tmp"), "/tmp"),),
        squashed=("-all-root",),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_build_is_called_so(name: str) -> None:
    assert shlex.join(CALLS[name].argv()) + "\n" == (GOLDEN / f"{name}.argv").read_text()


@pytest.mark.parametrize("name", ["base", "agent"])
def test_a_recipe_reads_so_with_its_arguments(name: str) -> None:
    given = {"packages": "minimal", "pythons": "3.11", "cuda": "12.4"}
    image = wanted(recipe(CHECKOUT, name), given, {"bootstrap": "debootstrap", "mirror": "MIRROR"})
    assert filled(image.recipe.definition.text, image.arguments) == (GOLDEN / f"{name}.def").read_text()


def test_a_dry_run_prints_commands_and_definitions_and_does_nothing(yard: Yard) -> None:
    said = yard.build("agent", "--dry-run").out
    assert said.count("apptainer build ") == 2
    assert "--build-arg pythons=3.11" in said
    assert "    echo 3.11" in said
    base = next(line.split(":")[0][2:] for line in said.splitlines() if line.startswith("# base-"))
    assert f"    From: {yard.folder}/{base}.sif" in said
    assert yard.calls() == []
    assert not yard.folder.exists()


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_a_login_gets_into_no_image(yard: Yard, option: list[str]) -> None:
    yard.site(bootstrap="docker", arguments={"mirror": "http://me:planted@mirror/debian"})
    said = yard.build("base", *option)
    assert said.status == 1
    assert "build argument 'mirror' holds a login, which would stay in image 'base'" in said.err
    assert "planted" not in said.out + said.err
    assert yard.calls() == []


def test_a_dry_run_shows_no_password(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPTAINER_DOCKER_PASSWORD", "planted")
    write(yard.root / "sif/base.def", BASE + "    pip install -i https://me:planted@index/simple x\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:planted@index/simple")
    for words in ([], ["--json"]):
        said = yard.build("base", "--dry-run", *words).out
        assert "planted" not in said
        assert "//...@index/simple" in said
