"""A data root with recipes of its own, and an apptainer that is none."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.execution.bench import Answer, Bench, make_bench
from tests.tiny_root import add_site, write

FAKE = Path(__file__).resolve().parents[1] / "fakes" / "builder" / "apptainer"
BASE = """Bootstrap: {{ bootstrap }}
From: {{ from }}
MirrorURL: {{ mirror }}

%arguments
    bootstrap=docker
    from=debian:bookworm
    mirror=none
    tarball=none
    packages=minimal
    pythons=3.11

%files
    packages/{{ packages }}.txt /opt/packages.txt
    parts /opt/parts

%post
    echo {{ pythons }}
"""
AGENT = """Bootstrap: localimage
From: {{ base }}

%arguments
    base=base.sif
    packages=minimal
    cuda=none
"""


@dataclass(frozen=True)
class Yard:
    """A data root where images are built, by whatever apptainer lies in bin."""

    bench: Bench
    folder: Path
    bin: Path
    scratch: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.bench.root

    def behave(self, *words: str) -> None:
        """Have the fake do so from now on."""
        (self.bin / "behaviour").write_text(" ".join(words))

    def calls(self, verb: str = "build") -> list[dict[str, Any]]:
        """The fake's calls of one verb."""
        path = self.bin / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [call for call in map(json.loads, lines) if verb in call["argv"]]

    def build(self, *words: str) -> Answer:
        """paperbench build, in this process."""
        return self.bench.call("build", *words)

    def start(self, *words: str, **env: str) -> "subprocess.Popen[str]":
        """paperbench build, in a process of its own."""
        return self.bench.start("build", *words, PATH=os.environ["PATH"], **env)

    def sifs(self) -> list[str]:
        """The images there are."""
        return sorted(path.name for path in self.folder.glob("*.sif"))

    def litter(self) -> list[str]:
        """What nobody should find after a build."""
        left = [*self.folder.glob(".*.tmp"), *self.scratch.glob("*")]
        return sorted(path.name for path in left)

    def site(self, **images: Any) -> None:
        """Have the site say so of images."""
        says = {"folder": str(self.folder), "scratch": str(self.scratch), **images}
        add_site(self.root, images=says)


@pytest.fixture
def yard(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A yard with recipes base and agent."""
    bench = make_bench(tmp_path / "root", capsys)
    made = Yard(bench, tmp_path / "images", tmp_path / "bin", tmp_path / "scratch")
    made.bin.mkdir()
    shutil.copy(FAKE, made.bin)
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    write(bench.root / "sif/base.def", BASE)
    write(bench.root / "sif/agent.def", AGENT)
    write(bench.root / "sif/packages/minimal.txt", "git\n")
    write(bench.root / "sif/parts/one.sh", "echo one\n")
    made.site()
    return made
