"""Images that were built elsewhere: by path or URL, with the sha256 asked for."""

import hashlib
from pathlib import Path

import pytest

from runner.errors import PaperbenchError
from runner.images import image_for
from tests.fakes.files_server import Answer, serving
from tests.images.conftest import Yard
from validators.corpus import Corpus
from validators.models.config import PrebuiltImage, Site

DATA = b"an image" * 100_000
SHA256 = hashlib.sha256(DATA).hexdigest()


def site(yard: Yard) -> Site:
    return Corpus(yard.root).site("local")


def quiet(_: str) -> None:
    pass


def test_a_file_with_the_right_digest_is_used_where_it_lies(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "a.sif"
    path.write_bytes(DATA)
    image = image_for(yard.root, PrebuiltImage(sif=str(path), sha256=SHA256), site(yard), quiet)
    assert (image.path, image.sha256, image.digest) == (path, SHA256, None)
    assert image.packages is not None
    assert image.packages.read_text() == "# a list\npackage 1.0\n"
    again = image_for(yard.root, PrebuiltImage(sif=str(path), sha256=SHA256), site(yard), quiet)
    assert again == image
    assert len(yard.calls("exec")) == 1


def test_a_wrong_digest_is_refused_with_both(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "a.sif"
    path.write_bytes(DATA)
    with pytest.raises(PaperbenchError, match=f"has sha256 {SHA256}, and not {'a' * 64}"):
        image_for(yard.root, PrebuiltImage(sif=str(path), sha256="a" * 64), site(yard), quiet)


def test_a_file_that_changes_under_its_name_is_read_again(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "a.sif"
    path.write_bytes(DATA)
    use = PrebuiltImage(sif=str(path), sha256=SHA256)
    image_for(yard.root, use, site(yard), quiet)
    path.write_bytes(DATA[::-1])
    with pytest.raises(PaperbenchError, match="has sha256"):
        image_for(yard.root, use, site(yard), quiet)


def test_a_missing_file_is_named(yard: Yard) -> None:
    with pytest.raises(PaperbenchError, match=r"a\.sif is no file"):
        image_for(yard.root, PrebuiltImage(sif="a.sif", sha256=SHA256), site(yard), quiet)


def test_a_url_is_fetched_once(yard: Yard) -> None:
    with serving(lambda _: Answer(DATA)) as server:
        use = PrebuiltImage(sif=f"{server.url}/a.sif", sha256=SHA256)
        image = image_for(yard.root, use, site(yard), quiet)
        assert image_for(yard.root, use, site(yard), quiet) == image
        assert len(server.asked) == 1
    assert image.path == yard.folder / f"fetched-{SHA256[:12]}.sif"
    assert image.path.read_bytes() == DATA
    assert yard.litter() == []


def test_what_a_url_gives_is_kept_only_with_the_right_digest(yard: Yard) -> None:
    with serving(lambda _: Answer(DATA[1:])) as server:
        use = PrebuiltImage(sif=f"{server.url}/a.sif", sha256=SHA256)
        with pytest.raises(PaperbenchError, match=f"and not {SHA256}"):
            image_for(yard.root, use, site(yard), quiet)
    assert (yard.sifs(), yard.litter()) == ([], [])


def test_a_url_that_breaks_off_is_tried_again(yard: Yard) -> None:
    answers = iter([Answer(DATA, cut=True), Answer(status=503), Answer(DATA)])
    with serving(lambda _: next(answers)) as server:
        use = PrebuiltImage(sif=f"{server.url}/a.sif", sha256=SHA256)
        assert image_for(yard.root, use, site(yard), quiet).path.read_bytes() == DATA


def test_a_url_that_has_nothing_is_refused(yard: Yard) -> None:
    with serving(lambda _: Answer(status=404)) as server:
        use = PrebuiltImage(sif=f"{server.url}/a.sif", sha256=SHA256)
        with pytest.raises(PaperbenchError, match="answers 404"):
            image_for(yard.root, use, site(yard), quiet)
    assert yard.litter() == []


def test_a_fetched_image_is_used_in_a_folder_that_is_only_to_be_read(yard: Yard) -> None:
    yard.folder.mkdir()
    path = yard.folder / f"fetched-{SHA256[:12]}.sif"
    path.write_bytes(DATA)
    use = PrebuiltImage(sif="https://images.example/a.sif", sha256=SHA256)
    notes: list[str] = []
    yard.folder.chmod(0o555)
    assert image_for(yard.root, use, site(yard), notes.append).path == path
    assert notes == []
    # Nor is a lock wanted, as whoever may not write there would see.
    assert [*yard.folder.iterdir()] == [path]
