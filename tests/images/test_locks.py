"""Locks in a folder that several users and hosts share."""

import fcntl
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from runner.durable import opened_lock
from runner.images.exclusive import only_builder, workshop_folder
from tests.execution.bench import CHECKOUT
from tests.images.conftest import Yard
from tests.images.test_building import holds, wait_for
from validators.load import load_document
from validators.models.images import BuiltImages


def test_lock_yaml_is_changed_under_a_lock_that_file_servers_pass_on(yard: Yard) -> None:
    yard.folder.mkdir()
    path = yard.folder / ".lock"
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        builder = yard.start("base")
        wait_for(lambda: holds(builder.pid, "/.lock") or builder.poll() is not None)
        (descriptor,) = [
            one for one in Path(f"/proc/{builder.pid}/fd").iterdir() if one.readlink() == path.resolve()
        ]
        told = Path(f"/proc/{builder.pid}/fdinfo/{descriptor.name}").read_text()
        flags = next(line.split()[1] for line in told.splitlines() if line.startswith("flags:"))
        # NFS makes flock a lock of fcntl's, which wants a descriptor that can write.
        assert int(flags, 8) & os.O_ACCMODE == os.O_RDWR
        assert not (yard.folder / "lock.yaml").exists()
    assert builder.wait(timeout=60) == 0
    builder.communicate()
    assert len(load_document(yard.folder / "lock.yaml", BuiltImages).images) == 1


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o644), (0o775, 0o664), (0o1777, 0o666)])
def test_who_may_write_in_the_folder_may_lock(tmp_path: Path, folder: int, file: int) -> None:
    tmp_path.chmod(folder)
    handle = opened_lock(tmp_path / "a")
    assert handle is not None
    os.close(handle)
    assert (tmp_path / "a").stat().st_mode & 0o777 == file


MANY = """
import sys
from contextlib import suppress
from pathlib import Path
from runner.images.exclusive import only_builder, workshop_folder
for _ in range(150):
    with workshop_folder(Path(sys.argv[1]), print) as folder:
        (folder / "made").mkdir()
"""


def test_new_workshops_are_never_taken_for_abandoned(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", MANY, str(tmp_path)]
    many = [subprocess.Popen(argv, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    said = [one.communicate(timeout=120)[1] for one in many]
    assert [one.returncode for one in many] == [0] * 8, said
    assert [*tmp_path.iterdir()] == []


def test_a_workshop_of_a_builder_killed_as_it_made_it_is_cleared(tmp_path: Path) -> None:
    killing = MANY.replace('(folder / "made").mkdir()', "import os; os.kill(os.getpid(), 9)")
    subprocess.run([sys.executable, "-c", killing, str(tmp_path)], cwd=CHECKOUT, check=False)
    (left,) = tmp_path.iterdir()
    for inside in left.iterdir():
        inside.unlink()
    with workshop_folder(tmp_path, print) as folder:
        assert [*tmp_path.iterdir()] == [folder]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which may become somebody else")
def test_a_folder_that_all_may_write_in_serves_several_users(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    for user in (0, 65533, 65534):
        child = os.fork()
        if not child:
            # The folders above are closed to others: be there before.
            os.chdir(tmp_path)
            os.setuid(user)
            notes: list[str] = []
            with suppress(OSError), only_builder(Path(), "base-1", notes.append):
                os._exit(len(notes))
            os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, user
