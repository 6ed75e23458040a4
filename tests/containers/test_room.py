"""There is room: neither 64 MiB of memory nor the caller's own places are what a stage writes to."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.containers.inside import AS_ROOT, Contained

MIB = 1 << 20
FILL = """
set -e
for place in /tmp "$TMPDIR" "$HOME" /submission /var/tmp /scratch; do
  head -c 200M /dev/zero > "$place/filled"; stat -c '%s %n' "$place/filled"; rm "$place/filled"
done
echo "shm $(df -k --output=size /dev/shm | tail -1)"
head -c 100M /dev/zero > /dev/shm/filled && rm /dev/shm/filled
mkdir /tmp/seen && test -d /var/tmp/seen && test -d "$TMPDIR/seen"
rm -r /tmp/seen
"""


@pytest.mark.parametrize("writable", [False, True])
def test_there_is_room_everywhere(contained: Contained, writable: bool) -> None:
    if AS_ROOT and writable:
        pytest.skip("root is refused a writable root")
    changes: dict[str, Any] = {"writable_root": ["reproduce"]} if writable else {}
    done = contained.run(FILL + ("head -c 100M /dev/zero > /usr/filled\n" if writable else ""), **changes)
    assert done.outcome["reason"] == "ok", done.log
    assert done.log.count(str(200 * MIB)) == 6
    size = next(line for line in done.log.splitlines() if line.startswith("shm"))
    assert int(size.split()[1]) >= 64 << 10


def listing(*places: Path) -> dict[str, tuple[int, int]]:
    """All below the places, with what would tell of a change."""
    found = {}
    for place in places:
        for folder, folders, files in os.walk(place):
            for name in (*folders, *files):
                path = Path(folder, name)
                if (status := path.lstat()) and not stat.S_ISSOCK(status.st_mode):
                    found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


@pytest.mark.parametrize("writable", [False, True])
def test_nothing_is_written_to_the_callers_own_places(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writable: bool
) -> None:
    if AS_ROOT and writable:
        pytest.skip("root is refused a writable root")
    places = {name: tmp_path / name for name in ("home", "tmp", "cache", "appdir")}
    for path in places.values():
        path.mkdir()
    own = {"HOME": "home", "TMPDIR": "tmp", "APPTAINER_CACHEDIR": "cache",
           "APPTAINER_TMPDIR": "tmp", "APPTAINER_CONFIGDIR": "appdir", "XDG_RUNTIME_DIR": "tmp",
           "SINGULARITY_CACHEDIR": "cache"}  # fmt: skip
    for name, place in own.items():
        monkeypatch.setenv(name, str(places[place]))
    password = Path("~" + os.environ.get("USER", "")).expanduser()
    configuration = [password / ".apptainer", password / ".singularity"]
    before = listing(*configuration)
    root = contained.bench.root
    data = set(listing(root))
    changes: dict[str, Any] = {"writable_root": ["reproduce"]} if writable else {}
    contained.plan("echo x > $HOME/x; echo x > /tmp/x; touch /dev/shm/x", **changes)
    process = contained.bench.start("run", "run")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert listing(*places.values()) == {}
    assert listing(*configuration) == before
    made = {Path(path).relative_to(root).parts[0] for path in set(listing(root)) - data}
    assert made <= {"runs", "runner", "run", ".cache"}
    inside = {path.name for path in (root / "runs/run/trials/tiny/run/1").iterdir()}
    assert inside == {"rollout", "reproduce", "grading"}
    assert {path.name for path in (root / "runs/run").iterdir()} <= {
        "plan.lock",
        "trials",
        "images",
        "rubrics",
    }
