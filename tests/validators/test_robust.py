"""No input up to 8 MiB gets a traceback, a hang or all the memory: one process each, measured."""

import random
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.validators.cases import CHECKOUT
from tests.validators.mutants import spoil
from validators.limits import LARGEST_BYTES

# A file takes less than 2 seconds; on a machine that others use too, CPU seconds count for less.
SECONDS = 2 * 3
# MiB of address space; characters of findings.
MIB, LONGEST = 500, 1_000_000
HEAD = "schema: rubric/v1\npaper: x\nrevision: 1\nstatus: draft\ncriterion:\n"
LEAF = "  - {id: a%d, requirement: b, category: Code Execution}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


def fill(unit: str, size: int = LARGEST_BYTES) -> str:
    return unit * (size // len(unit.encode()))


HOSTILE: dict[str, Callable[[], str | bytes]] = {
    "alias bomb": lambda: BOMB,
    "merge bomb": lambda: (HEAD + "  <<: &a {id: x}\n" + fill("  <<: *a\n", 1 << 20)),
    "deep brackets": lambda: b"[" * 10_000,
    "deep braces": lambda: b"{a: " * 10_000,
    "deep dashes": lambda: b"- " * 10_000,
    "deep questions": lambda: b"? " * 10_000,
    "deeper brackets": lambda: fill("["),
    "deeper braces": lambda: fill("{"),
    "deeper pairs": lambda: fill("[a: "),
    "closed brackets": lambda: "[" * 500_000 + "]" * 500_000,
    "deeper dashes": lambda: fill("- "),
    "deeper questions": lambda: fill("? "),
    "backslashes": lambda: 'k: "' + fill("\\\\", LARGEST_BYTES - 10) + '"\n',
    "marks": lambda: fill("a*a&a!"),
    "angles": lambda: fill("<a"),
    "a key that stands twice, far down": lambda: HEAD + fill("  # c\n", 1 << 18) + "  id: a\n  id: b\n",
    "flow items with an error": lambda: "[" + fill("1, ", 1 << 18) + "'",
    "deep lines": lambda: "\n".join("  " * depth + "a:" for depth in range(2_000)),
    "huge key": lambda: fill("k", LARGEST_BYTES - 10).encode() + b": 1\n",
    "huge value": lambda: HEAD.encode() + b"  id: " + fill("v", LARGEST_BYTES - 200).encode() + b"\n",
    "huge quoted": lambda: b'a: "' + fill("\\x41", LARGEST_BYTES - 10).encode() + b'"\n',
    "huge comment": lambda: b"#" + fill("c", LARGEST_BYTES - 2).encode() + b"\n",
    "huge anchor": lambda: b"a: &" + fill("n", LARGEST_BYTES - 10).encode() + b" 1\n",
    "huge tag": lambda: b"a: !" + fill("n", LARGEST_BYTES - 10).encode() + b" 1\n",
    "huge number": lambda: b"a: " + fill("9", LARGEST_BYTES - 10).encode() + b"\n",
    "only newlines": lambda: fill("\n"),
    "only blanks": lambda: fill(" "),
    "only tabs": lambda: fill("\t"),
    "only NUL": lambda: fill("\0"),
    "NUL in text": lambda: (HEAD + "  id: a\0b\n"),
    "millions of items": lambda: fill("-\n"),
    "millions of flow items": lambda: ("[" + fill("1,", LARGEST_BYTES - 2) + "]"),
    "the same key": lambda: fill("a: 1\n"),
    "other keys": lambda: "".join(f"k{number}: 1\n" for number in range(600_000)),
    "unknown keys": lambda: (HEAD + "".join(f"  k{number}: 1\n" for number in range(150_000))),
    "misshapen children": lambda: (HEAD + "  children:\n" + fill("  - {id: 1}\n", 1 << 20)),
    "many leaves": lambda: (
        HEAD + "  id: r\n  requirement: r\n  children:\n" + "".join(LEAF % number for number in range(40_000))
    ),
    "the same leaf": lambda: (HEAD + "  id: r\n  requirement: r\n  children:\n" + LEAF % 1 * 40_000),
    "invalid UTF-8": lambda: HEAD.encode() + b"  id: \xff\xfe\n",
    "invalid UTF-8 at the end": lambda: fill("# c\n", LARGEST_BYTES - 8).encode() + b"\xff\n",
    "UTF-16": lambda: HEAD.encode("utf-16"),
    "CRLF": lambda: HEAD.replace("\n", "\r\n"),
    "large CRLF": lambda: (HEAD + fill("# c\n", 4 << 20)).replace("\n", "\r\n"),
    "BOM": lambda: "\ufeff" + HEAD,
    "an error at the end": lambda: fill("- word\n", 1 << 20).encode() + b"\ta: b: c\n",
    "too large": lambda: fill("a", LARGEST_BYTES + 1),
    "python tag": lambda: b"!!python/object/apply:os.system [echo]\n",
    "documents": lambda: fill("---\na\n"),
    "directives": lambda: fill("%YAML 1.2\n"),
    "block scalars": lambda: fill("- |\n  a\n"),
    "quotes": lambda: fill("'"),
    "commands": lambda: HEAD + "  id: a\n  requirement: '" + fill("\\theta ", 4 << 20) + "'\n",
    "lost commands": lambda: HEAD + '  id: a\n  requirement: "' + fill('\\" \\nabla', 4 << 20) + '"\n',
    "number signs": lambda: HEAD + "  id: a\n  requirement: |\n" + fill("    a #b\n", 4 << 20),
    "TODO marks": lambda: HEAD + "  id: a\n  children:\n" + fill("  - TODO\n", 1 << 18),
    "conflicts": lambda: fill("<<<<<<< a\n=======\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    text = HOSTILE[name]()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert_survives(path)


@pytest.mark.parametrize("seed", range(3))
def test_mutants(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    sources = [path.read_bytes().decode() for path in sorted((CHECKOUT / "rubrics").glob("*.yaml"))]
    for number in range(60):
        spoilt = spoil(chance.choice(sources), chance).encode()
        if number % 5 == 0:
            at = chance.randrange(len(spoilt))
            spoilt = spoilt[:at] + chance.randbytes(3) + spoilt[at:]
        (tmp_path / f"{number}.yaml").write_bytes(spoilt)
    assert_survives(*sorted(tmp_path.iterdir()))


def assert_survives(*paths: Path) -> None:
    """A check in a process of its own: no traceback, and within the time and memory of so many files."""
    limits = f'ulimit -v {MIB * 1024} -t {SECONDS * len(paths)}; exec "$@"'
    command = [sys.executable, "-m", "runner", "check", *map(str, paths)]
    done = subprocess.run(
        ["bash", "-c", limits, "-", *command], capture_output=True, text=True, check=False, cwd=CHECKOUT
    )
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:])
    assert "Traceback" not in done.stderr
    assert len(done.stdout) < LONGEST
