"""What a pull request brings into a data root makes no check slow: one process each, with few seconds."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.validators.cases import CASES
from tests.validators.test_robust import assert_survives

PAPER, RUBRIC = "papers/demo/paper.md", "rubrics/demo.yaml"


def longer(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def long_heading(root: Path) -> None:
    longer(root / PAPER, f"# a{' ' * 20_000}b\n# a{' #' * 10_000}b\n")
    long_section(root, "a")


def long_section(root: Path, section: str) -> None:
    (root / RUBRIC).write_text(
        "schema: rubric/v1\npaper: demo\nrevision: 1\nstatus: draft\ncriterion:\n"
        "  id: demo\n  requirement: It is there.\n  category: Code Development\n"
        f"  rationale: {{section: '{section}', quote: first}}\n"
    )


def emphasis(root: Path) -> None:
    longer(root / PAPER, f"# a{'_' * 40_000}b\n")
    long_section(root, f"a{'_' * 40_000}c")


def slashes(root: Path) -> None:
    urls = (f"https://a.b/{end * 40_000}x" for end in ("/", ".git", "@", "www."))
    entries = "".join(f"  - {{url: '{url}', kind: repository, role: replication}}\n" for url in urls)
    (root / "papers/demo/blacklist.yaml").write_text(
        f"schema: blacklist/v1\npaper: demo\nrevision: 1\nentries:\n{entries}"
    )


def licence(root: Path) -> None:
    for name, word in (
        ("demo", f"a{' ' * 40_000}b"),
        ("other", " OR ".join(["a"] * 40_000) + " WITH x" * 40_000),
    ):
        path = root / "papers" / name / "paper.yaml"
        kept = [line for line in path.read_text().splitlines() if not line.startswith("licence:")]
        path.write_text("\n".join([*kept, f"licence: '{word}'"]) + "\n")


def backticks(root: Path) -> None:
    runs = " ".join("`" * length for length in range(3, 1_000))
    longer(root / PAPER, f"{runs} {'``a`` ' * 200_000}\n{'](a' * 100_000}\n{'](assets/' + '(' * 300_000}\n")
    longer(root / PAPER, "<img " * 100_000 + "<img src=" * 50_000)
    (root / "papers/demo/assets").mkdir()


def links_to_itself(root: Path) -> None:
    assets = root / "papers/demo/assets"
    assets.mkdir()
    for name in ("a", "b"):
        (assets / name).symlink_to(".", target_is_directory=True)


def folders_in_folders(root: Path) -> None:
    for place in ("papers/demo/submissions/deep", "papers/demo/fixtures/deep", "papers/demo/assets/deep"):
        (root / place).mkdir(parents=True)
        handle = os.open(root / place, os.O_RDONLY)
        for _ in range(1_800):
            os.mkdir("d", dir_fd=handle)
            below = os.open("d", os.O_RDONLY, dir_fd=handle)
            os.close(handle)
            handle = below
        os.close(handle)


HOSTILE: tuple[Callable[[Path], None], ...] = (
    long_heading, emphasis, slashes, licence, backticks, links_to_itself,
    folders_in_folders,
)  # fmt: skip


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: spoil.__name__)
def test_hostile(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    root = shutil.copytree(CASES / "root", tmp_path / "root")
    try:
        spoil(root)
        assert_survives(root)
    finally:
        # pytest cannot remove folders that lie so deep.
        subprocess.run(["rm", "-rf", root], check=True)
