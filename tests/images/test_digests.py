"""An image's name changes with everything that goes into it, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import PaperbenchError
from runner.images import definition_digest, image_for
from tests.images.conftest import Yard
from tests.tiny_root import add_run, write
from validators.corpus import Corpus


def names(yard: Yard) -> dict[str, str]:
    """The file that each recipe's image has."""
    lines = yard.build("--list").out.splitlines()[:-1]
    return {line.split()[0]: line.split()[1] for line in lines}


def linked(yard: Yard) -> None:
    """A folder that lies elsewhere, and is linked into one that %files copies."""
    write(yard.root / "elsewhere/three.sh", "echo three\n")
    (yard.root / "sif/parts/more").symlink_to(yard.root / "elsewhere")


def edit(path: str, before: str, after: str) -> Callable[[Yard], None]:
    def change(yard: Yard) -> None:
        text = (yard.root / path).read_text()
        assert before in text
        (yard.root / path).write_text(text.replace(before, after))

    return change


INPUTS: dict[str, Callable[[Yard], object]] = {
    "the recipe": edit("sif/base.def", "echo", "printf"),
    "a comment": edit("sif/base.def", "%post", "# why\n%post"),
    "a listed file": edit("sif/packages/minimal.txt", "git", "git\njq"),
    "a file in a folder": edit("sif/parts/one.sh", "one", "two"),
    "a file more": lambda yard: write(yard.root / "sif/parts/two.sh", ""),
    "a linked folder": linked,
    "a file's mode": lambda yard: (yard.root / "sif/parts/one.sh").chmod(0o755),
    "an argument": lambda yard: yard.site(arguments={"pythons": "3.12"}),
    "the start": lambda yard: yard.site(bootstrap="debootstrap"),
    "the reference": lambda yard: yard.site(bootstrap="docker", source="ubuntu:24.04"),
}


@pytest.mark.parametrize("what", INPUTS)
def test_every_input_is_in_the_names_of_an_image_and_of_what_stands_on_it(yard: Yard, what: str) -> None:
    before = names(yard)
    INPUTS[what](yard)
    after = names(yard)
    assert before["base"] != after["base"]
    assert before["agent"] != after["agent"]


def test_an_argument_of_one_image_leaves_those_below_it_alone(yard: Yard) -> None:
    before = names(yard)
    yard.site(arguments={"cuda": "12.4"})
    after = names(yard)
    assert before["base"] == after["base"]
    assert before["agent"] != after["agent"]


def test_where_bytes_come_from_is_in_no_name(yard: Yard) -> None:
    before = names(yard)
    yard.site(arguments={"mirror": "somewhere"}, folder=str(yard.folder / "other"))
    assert names(yard) == before


def own(yard: Yard, text: str) -> str:
    """What a recipe of one's own, made of this, would be called."""
    write(yard.root / "sif/own.def", text)
    return names(yard)["own"]


def test_a_file_behind_a_linked_folder_counts(yard: Yard) -> None:
    linked(yard)
    before = names(yard)
    (yard.root / "elsewhere/three.sh").write_text("echo four\n")
    assert names(yard) != before


def test_a_folder_that_is_linked_into_itself_is_refused(yard: Yard) -> None:
    (yard.root / "sif/parts/again").symlink_to(yard.root / "sif/parts")
    assert "is a link to a folder above it" in yard.build("--list").line


def test_a_section_counts_however_it_is_written(yard: Yard) -> None:
    text = "Bootstrap: docker\nFrom: a\n\n%Files\n    parts /opt/parts\n"
    before = own(yard, text)
    (yard.root / "sif/parts/one.sh").write_text("echo two\n")
    assert own(yard, text) != before


def test_arguments_that_are_called_like_places_count(yard: Yard) -> None:
    text = "Bootstrap: docker\nFrom: a\n\n%arguments\n    tarball=none\n    mirror=none\n"
    yard.site(bootstrap="docker")
    before = own(yard, text)
    seen = {before}
    for name in ("tarball", "mirror"):
        yard.site(bootstrap="docker", arguments={name: "other"})
        seen.add(own(yard, text))
    assert len(seen) == 3


def test_a_layout_of_oci_is_refused(yard: Yard) -> None:
    write(yard.root / "sif/own.def", "Bootstrap: oci\nFrom: layout\n")
    assert "pack it, and start from oci-archive" in yard.build("own").line


def test_a_local_image_counts_by_its_bytes(yard: Yard, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("the same")
    yard.site(bootstrap="local", source=str(tmp_path / "one"))
    before = names(yard)
    yard.site(bootstrap="local", source=str(tmp_path / "two"))
    assert names(yard) == before
    (tmp_path / "two").write_text("another")
    assert names(yard) != before


def test_a_local_image_that_is_not_there_is_named(yard: Yard) -> None:
    yard.site(bootstrap="local", source="missing.sif")
    assert "missing.sif, which is no file; name one" in yard.build("--list").line


def test_what_a_plan_pins_knows_recipes_and_files_but_no_arguments(yard: Yard) -> None:
    before = definition_digest(yard.root, "agent", {})
    assert definition_digest(yard.root, "agent", {"pythons": "3.12"}) == before
    (yard.root / "sif/parts/one.sh").write_text("echo two\n")
    assert definition_digest(yard.root, "agent", {}) != before


def test_a_plan_pins_the_very_files_that_the_sites_arguments_choose(yard: Yard) -> None:
    write(yard.root / "sif/packages/other.txt", "jq\n")
    yard.site(arguments={"packages": "other"})
    add_run(yard.root, container="apptainer", images={"reproduce": "agent"})
    assert yard.bench.call("plan", "tiny-run").status == 0
    (yard.root / "sif/packages/minimal.txt").write_text("git gh\n")
    assert yard.bench.call("plan", "tiny-run").status == 0
    (yard.root / "sif/packages/other.txt").write_text("yq\n")
    assert "another images" in yard.bench.call("plan", "tiny-run").line


def test_an_unknown_recipe_is_refused_with_those_there_are(yard: Yard) -> None:
    with pytest.raises(PaperbenchError, match=r"no recipe .*nothing\.def; there are: agent, base"):
        definition_digest(yard.root, "nothing", {})


def test_an_input_that_is_not_there_is_refused(yard: Yard) -> None:
    yard.site(arguments={"packages": "huge"})
    assert "%files names packages/huge.txt, which is not there" in yard.build("base").line


def test_an_argument_that_no_recipe_has_is_refused(yard: Yard) -> None:
    yard.site(arguments={"pyhtons": "3.12"})
    assert "no recipe has the build argument 'pyhtons'; there are: " in yard.build("--list").line


def test_so_does_a_run_and_an_argument_of_another_recipe_is_none_of_its_business(yard: Yard) -> None:
    yard.site(arguments={"cuda": "12.4"})
    assert image_for(yard.root, "base", Corpus(yard.root).site("local"), print).name == "base"
    yard.site(arguments={"cudaa": "12.4"})
    with pytest.raises(PaperbenchError, match="no recipe has the build argument 'cudaa'; there are: "):
        image_for(yard.root, "base", Corpus(yard.root).site("local"), print)


def test_a_recipe_that_is_not_asked_for_is_not_read(yard: Yard) -> None:
    write(yard.root / "sif/broken.def", "what is this")
    yard.site(arguments={"packages": "minimal"})
    assert yard.build("agent").status == 0


def test_recipes_in_a_circle_are_refused(yard: Yard) -> None:
    edit("sif/base.def", "From: {{ from }}", "From: {{ base }}")(yard)
    edit("sif/base.def", "Bootstrap: {{ bootstrap }}", "Bootstrap: localimage")(yard)
    edit("sif/base.def", "mirror=none", "mirror=none\n    base=agent.sif")(yard)
    assert "image 'agent' stands on itself (agent on base on agent)" in yard.build("agent").line
