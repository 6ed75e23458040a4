"""Submissions handed in as tar files: taken whole or not at all, whoever made them."""

import gzip
import io
import json
import lzma
import os
import random
import tarfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.archives import unpack
from runner.manifest import scan, submission_digest
from runner.tape import BadArchiveError
from runner.unpacking import leads_out, safe_parts
from tests.execution.bench import Bench
from tests.execution.tars import GOOD, Member, good, hard, link, member, packed, text
from tests.tiny_root import add_agent, add_run, add_submission

MIB = 1 << 20
DIRECTORY = tarfile.DIRTYPE


def archive_run(bench: Bench, path: Path, **changes: Any) -> None:
    """A run over one archive."""
    add_agent(bench.root, "agent-tiny-run", "submission", {"tiny": [str(path)]})
    add_run(bench.root, "tiny-run", ["agent-tiny-run"], **changes)


def limited(mib: int) -> dict[str, Any]:
    return {
        "rollout": {"time_limit_minutes": 1, "output_limit_mib": mib},
        "reproduce": {"time_limit_minutes": 1},
    }


def told(bench: Bench, path: Path, **changes: Any) -> Any:
    """The rollout's outcome of a run over the archive, which always ends well and keeps nothing half made."""
    archive_run(bench, path, **changes)
    assert bench.call("run", "tiny-run").status == 0
    assert not list(bench.runs.rglob("*.unpacking"))
    return bench.outcome("rollout")


def refused(bench: Bench, path: Path, reason: str, **changes: Any) -> str:
    """The message of a run over an archive that is its maker's fault: score 0, nothing kept, nothing run."""
    outcome = told(bench, path, **changes)
    assert (outcome["failure_class"], outcome["reason"]) == ("agent", reason)
    kept = [entry.path for entry in scan(bench.trial() / "rollout")]
    assert kept == ["outcome.json"]
    assert not (bench.trial() / "reproduce").exists()
    assert bench.outcome("grading")["reason"] == "no_submission"
    rows = json.loads(bench.call("board", "overall", "--json").out)
    assert [row["score"] for row in rows] == [0.0]
    message = outcome["message"]
    assert isinstance(message, str)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("s.tar", "w"),
        ("s.tar.gz", "w:gz"),
        ("s.tgz", "w:gz"),
        ("s.tar.xz", "w:xz"),
        ("really.gz.tar", "w:gz"),
    ],
)
@pytest.mark.parametrize("top", ["", "./", "submission/", "./submission/", "submission/submission/", "mine/"])
def test_the_same_as_its_folder(bench: Bench, tmp_path: Path, name: str, mode: str, top: str) -> None:
    path = packed(tmp_path / name, [(member(top or ".", DIRECTORY, mode=0o755), b""), *good(top)], mode)
    outcome = told(bench, path)
    assert (outcome["failure_class"], outcome["reason"]) == ("none", "ok")
    folder = tmp_path / "folder"
    for file, content in GOOD.items():
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(content)
    assert outcome["submission"] == submission_digest(scan(folder))
    assert (bench.trial() / "reproduce/submission/answer.txt").read_text() == "42\n"


@pytest.mark.parametrize("beside", ["notes.txt", "other/notes.txt"])
def test_a_top_folder_with_something_beside_it_stays(bench: Bench, tmp_path: Path, beside: str) -> None:
    outcome = told(bench, packed(tmp_path / "s.tar.gz", [*good("submission/"), text(beside)]))
    assert outcome["reason"] == "ok"
    assert (bench.trial() / "rollout/submission/submission/main.txt").exists()
    assert bench.outcome("reproduce")["reason"] == "no_reproduce_script"


def test_a_folder_of_code_alone_stays_where_it_is(bench: Bench, tmp_path: Path) -> None:
    assert told(bench, packed(tmp_path / "s.tar.gz", [text("src/main.txt")]))["reason"] == "ok"
    assert (bench.trial() / "rollout/submission/src/main.txt").exists()


def test_an_archive_that_changes_is_drift(bench: Bench, tmp_path: Path) -> None:
    path = packed(tmp_path / "s.tar.gz", good())
    archive_run(bench, path)
    assert bench.call("plan", "tiny-run").status == 0
    packed(path, [*good(), text("more")])
    answer = bench.call("run", "tiny-run")
    assert answer.status == 1
    assert f"submission {path}" in answer.line
    path.unlink()
    assert f"submission {path}" in bench.call("run", "tiny-run").line


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("s.tar.gz", None, "is not there"),
        ("s.tar.gz", b"", "neither a folder nor a tar file"),
        ("s.tar.gz", b"hello" * 1000, "neither a folder nor a tar file"),
        ("s.tar.gz", gzip.compress(b"hello" * 1000), "neither a folder nor a tar file"),
        ("s.tar.xz", lzma.compress(b"x")[:20], "neither a folder nor a tar file"),
        ("reproduce.sh", b"echo 42\n", "neither a folder nor a tar file"),
        ("s.tar.zst", b"\x28\xb5\x2f\xfd0000", "zstd"),
        ("s.zip", b"PK\3\4", "neither a folder nor a tar file"),
    ],
)
def test_what_is_no_archive_is_refused_at_plan(
    bench: Bench, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    archive_run(bench, tmp_path / name)
    answer = bench.call("plan", "tiny-run")
    assert answer.status == 1
    assert words in answer.line
    assert not bench.runs.exists()


def test_a_pipe_is_refused_at_plan(bench: Bench, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s.tar")
    archive_run(bench, tmp_path / "s.tar")
    assert "neither a folder nor a tar file" in bench.call("plan", "tiny-run").line


def test_check_takes_an_archive_for_a_folder(bench: Bench) -> None:
    packed(bench.root / "runner/configs/agents/mine.tar.gz", good())
    add_agent(bench.root, "me", "submission", {"tiny": ["mine.tar.gz"]})
    assert bench.call("check").status == 0
    add_agent(bench.root, "me", "submission", {"tiny": ["yours.tar.gz"]})
    assert "C520" in bench.call("check").out


OUTSIDE = "../../../../../../outside"
UNSAFE: dict[str, list[Member]] = {
    "up": [text("a/../../outside")],
    "up-inside": [text("a/../b")],
    "absolute": [text("/outside")],
    "through-a-link": [link("a", "."), text("a/b")],
    "through-a-link-out": [link("a", OUTSIDE), text("a/b")],
    "folder-becomes-link": [(member("a", DIRECTORY), b""), link("a", "."), text("a/b")],
    "file-becomes-folder": [text("a"), text("a/b")],
    "hard-link-up": [hard("a", "../../outside")],
    "hard-link-absolute": [hard("a", "/etc/passwd")],
    "long-name": [text("a" * 256)],
    "long-path": [text("/".join(["abcdefg"] * 300))],
    "long-link": [link("a", "b/" * 1500)],
    "null": [(member("a", pax_headers={"path": "a\0b"}), b"")],
    "big-header": [(member("a", pax_headers={"comment": "x" * 300_000}), b"")],
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(UNSAFE))
def test_what_would_leave_its_folder_is_refused(bench: Bench, tmp_path: Path, case: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    before = {path.name for path in tmp_path.iterdir()} | {"s.tar.gz"}
    message = refused(bench, packed(tmp_path / "s.tar.gz", [*good(), *UNSAFE[case]]), "unsafe_archive")
    assert "nothing of it was taken" in message
    assert {path.name for path in tmp_path.iterdir()} == before
    assert not list(outside.iterdir())


LINKS_OUT: dict[str, list[Member]] = {
    "absolute": [link("b", "/etc/passwd")],
    "up": [link("b", "../c")],
    "up-from-below": [link("b", "x/../../c")],
    "by-links": [link("a", "."), link("b", "a/a/a/../../..")],
    "by-a-later-link": [link("b", "a/a/../.."), link("a", ".")],
    "of-an-environment": [link("b", "/usr/bin/python3"), link("a", "main.txt")],
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(LINKS_OUT))
@pytest.mark.parametrize("top", ["", "submission/"])
def test_a_link_that_leads_out_is_left_out_and_told(
    bench: Bench, tmp_path: Path, case: str, top: str
) -> None:
    members = [*good(top), *(link(f"{top}{one.name}", one.linkname) for one, _ in LINKS_OUT[case])]
    archive_run(bench, packed(tmp_path / "s.tar.gz", members))
    assert bench.call("run", "tiny-run").status == 0
    outcome = bench.outcome("rollout")
    assert (outcome["failure_class"], outcome["reason"]) == ("none", "ok")
    assert outcome["message"] == "left out, links that lead out: b"
    kept = bench.trial() / "rollout" / "submission"
    assert not os.path.lexists(kept / "b")
    assert (kept / "main.txt").is_file()
    assert os.path.lexists(kept / "a") == any(one.name == "a" for one, _ in LINKS_OUT[case])


def test_a_secret_is_never_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    for members in (
        [link("a", f"{tmp_path}/secret"), hard("b", "a")],
        [link("a", "../secret"), hard("b", "a")],
        [hard("b", f"{tmp_path}/secret")],
    ):
        unpacked = unpack(packed(tmp_path / "s.tar", members, "w"), tmp_path / "out", MIB)
        assert unpacked.fault is not None
        assert {path.name for path in tmp_path.iterdir()} == {"secret", "s.tar"}


def test_what_is_no_file_is_left_out_and_told(bench: Bench, tmp_path: Path) -> None:
    odd = [
        ("dev/null", tarfile.CHRTYPE),
        ("disk", tarfile.BLKTYPE),
        ("pipe", tarfile.FIFOTYPE),
        ("odd", b"Q"),
    ]
    members = [(member(name, kind, devmajor=1, devminor=3), b"") for name, kind in odd]
    outcome = told(bench, packed(tmp_path / "s.tar.gz", [*members, *good()]))
    assert outcome["reason"] == "ok"
    assert outcome["message"] == "left out, no files: dev/null, disk, odd, pipe"
    assert {entry.kind for entry in scan(bench.trial() / "rollout/submission")} == {"file"}


def test_all_that_is_left_out_is_named_from_the_submissions_root(bench: Bench, tmp_path: Path) -> None:
    odd = [(member("submission/pipe", tarfile.FIFOTYPE), b""), link("submission/out", "../../x")]
    assert told(bench, packed(tmp_path / "s.tar.gz", [*odd, *good("submission/")]))["message"] == (
        "left out, no files: pipe; left out, links that lead out: out"
    )


def test_modes_times_links_and_later_members(tmp_path: Path) -> None:
    members = [
        text("a/run", "old", mode=0o6777), text("a/run", "new\n", mode=0o6755, mtime=1_000_000_000),
        text("plain", mode=0), hard("same", "a/run"), link("l", "a/run"), link("loop", "loop"),
        link("gone", "nowhere/../a"), text("later"), link("later", "a"),
        (member("a", DIRECTORY, mode=0), b""),
    ]  # fmt: skip
    unpacked = unpack(packed(tmp_path / "s.tar.xz", members, "w:xz"), tmp_path / "out", MIB)
    assert unpacked.fault is None
    found = {entry.path: entry for entry in scan(tmp_path / "out")}
    assert set(found) == {"a", "a/run", "plain", "same", "l", "loop", "gone", "later"}
    assert (found["a/run"].mode, found["a/run"].mtime_ns) == (0o755, 1_000_000_000 * 10**9)
    assert found["plain"].mode == 0o600
    assert found["same"].sha256 == found["a/run"].sha256
    assert found["same"].inode != found["a/run"].inode
    assert found["later"].kind == "symlink"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_what_unpacks_to_more_than_the_limit(bench: Bench, tmp_path: Path, mode: str) -> None:
    bomb = [text("zeros", "\0" * (3 * MIB))]
    path = packed(tmp_path / "s.tar", [*good(), *bomb], mode)
    assert "more than the limit" in refused(bench, path, "output_limit", limits=limited(2))


@pytest.mark.parametrize(
    "members",
    [
        [text("a", "x" * 600_000), *(hard(f"a{number}", "a") for number in range(3))],
        [text(f"a{number}", "x" * 600_000) for number in range(3)],
    ],
)
def test_links_and_many_files_count_for_the_limit(tmp_path: Path, members: list[Member]) -> None:
    unpacked = unpack(packed(tmp_path / "s.tar.gz", members), tmp_path / "out", MIB)
    assert unpacked.fault is not None
    assert unpacked.fault.reason == "output_limit"
    assert [path.name for path in tmp_path.iterdir()] == ["s.tar.gz"]


def sparse(real: int, pieces: str) -> Member:
    info, data = text("hole", "xyz")
    info.pax_headers = {"GNU.sparse.size": str(real), "GNU.sparse.map": pieces, "GNU.sparse.numblocks": "1"}
    return info, data


def test_holes_stay_holes(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "s.tar", [sparse(40 * MIB, f"{20 * MIB},3"), *good()], "w", format=tarfile.PAX_FORMAT
    )
    assert unpack(path, tmp_path / "out", 50 * MIB).fault is None
    with (tmp_path / "out/hole").open("rb") as stream:
        stream.seek(20 * MIB)
        assert stream.read(4) == b"xyz\0"
    status = (tmp_path / "out/hole").stat()
    assert (status.st_size, status.st_blocks * 512 < MIB) == (40 * MIB, True)


@pytest.mark.parametrize(
    ("real", "pieces", "reason"),
    [
        (1 << 50, "0,3", "output_limit"), (100, "98,3", "archive_damaged"), (100, "-5,3", "archive_damaged"),
        (100, "50,2,10,1", "archive_damaged"), (100, "x,y", "archive_damaged"),
        (-1, "0,3", "archive_damaged"),
    ],
)  # fmt: skip
def test_holes_that_lie(tmp_path: Path, real: int, pieces: str, reason: str) -> None:
    path = packed(tmp_path / "s.tar", [sparse(real, pieces), *good()], "w", format=tarfile.PAX_FORMAT)
    fault = unpack(path, tmp_path / "out", 50 * MIB).fault
    assert fault is not None
    assert fault.reason == reason


def many_holes(path: Path, count: int) -> Path:
    """An archive with a file of this many pieces, of no byte each, told by a map before its content."""
    info = member("hole")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "0"}
    told = f"{count}\n" + "0\n" * (2 * count)
    info.size = -(-len(told) // 512) * 512
    return packed(path, [(info, told.encode().ljust(info.size, b"\0")), *good()], format=tarfile.PAX_FORMAT)


def test_a_map_of_holes_is_read_only_as_far_as_memory_is_safe(tmp_path: Path) -> None:
    assert unpack(many_holes(tmp_path / "s.tar.gz", 10_000), tmp_path / "some", 50 * MIB).fault is None
    path = many_holes(tmp_path / "s.tar.gz", 1_000_000)
    tracemalloc.start()
    fault = unpack(path, tmp_path / "out", 50 * MIB).fault
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault is not None
    assert fault.reason == "unsafe_archive"
    assert peak < 40 * MIB


def test_more_members_than_anybody_needs(tmp_path: Path) -> None:
    block = member("f", tarfile.FIFOTYPE).tobuf()
    path = tmp_path / "s.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(101):
            stream.write(block * 1000)
        stream.write(bytes(1024))
    fault = unpack(path, tmp_path / "out", MIB).fault
    assert fault is not None
    assert "100,000 members" in str(fault)


def test_endless_headers_end(tmp_path: Path) -> None:
    info = member("x", tarfile.XGLTYPE)
    path = tmp_path / "s.tar"
    path.write_bytes(info.tobuf() * 5000 + bytes(1024))
    fault = unpack(path, tmp_path / "out", MIB).fault
    assert fault is not None
    assert fault.reason == "archive_damaged"


def whole(mode: str) -> bytes:
    """An archive of several kinds of members, in this form."""
    noise = random.Random(1).randbytes(30_000).decode("latin-1")
    place = io.BytesIO()
    members = [
        *good("submission/"), link("submission/l", "main.txt"), text("submission/b", noise),
        text("submission/" + "long" * 50), hard("submission/h", "submission/b"),
    ]  # fmt: skip
    with tarfile.open(fileobj=place, mode=mode) as tar:  # type: ignore[call-overload]
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return place.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_cut_off_anywhere_it_is_damaged(bench: Bench, tmp_path: Path, mode: str) -> None:
    data, path = whole(mode), tmp_path / "s.tar"
    # A plain one ends in 20 blocks, of which two are its end.
    ends = len(data.rstrip(b"\0")) if mode == "w" else len(data) - 1
    for end in sorted({*range(600, ends, 1531), *range(1024, ends, 512 * 7), ends}):
        path.write_bytes(data[:end])
        unpacked = unpack(path, tmp_path / "out", MIB)
        assert unpacked.fault is not None, end
        assert unpacked.fault.reason == "archive_damaged"
        assert not (tmp_path / "out").exists()
    assert "is damaged" in refused(bench, path, "archive_damaged")


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_flipped_byte_is_found_by_the_checksum(tmp_path: Path, mode: str) -> None:
    data, path = bytearray(whole(mode)), tmp_path / "s.tar"
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    fault = unpack(path, tmp_path / "out", MIB).fault
    assert fault is not None
    assert fault.reason == "archive_damaged"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_flipped_bytes_make_a_crash_or_lead_out(data: st.DataObject) -> None:
    import tempfile

    content = bytearray(whole("w"))
    headers = [at for at in range(0, len(content), 512) if content[at + 257 : at + 262] == b"ustar"]
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.sampled_from(headers))
        content[start + data.draw(st.integers(0, 511))] = data.draw(st.integers(0, 255))
        # Its own checksum right again, or else nothing behind it would be read.
        block = bytes(content[start : start + 512])
        total = sum(block[:148]) + 8 * 32 + sum(block[156:])
        content[start + 148 : start + 156] = b"%06o\0 " % total
    with tempfile.TemporaryDirectory() as place:
        path, out = Path(place, "s.tar"), Path(place, "out")
        path.write_bytes(content)
        fault = unpack(path, out, MIB).fault
        assert {found.name for found in Path(place).iterdir()} == {
            "s.tar",
            *(["out"] if fault is None else []),
        }
        for entry in scan(out) if fault is None else ():
            if entry.kind == "symlink":
                assert Path(out, entry.path).resolve().is_relative_to(out.resolve())


STEPS = st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=5).map("/".join)
PLACES = st.sampled_from(["a", "b", "a/b", "b/a", "b/c", "a/b/c"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(PLACES, STEPS, max_size=4))
def test_links_lead_out_as_the_kernel_says(links: dict[str, str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        root = Path(place, "x/y/z/root").resolve()
        made: dict[str, str] = {}
        for path, target in sorted(links.items()):
            parents = [root / parent for parent in Path(path).parents]
            if not any(parent.is_symlink() for parent in parents):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).symlink_to(target)
                made[path] = target
        for path in made:
            try:
                outside = not (root / path).resolve(strict=True).is_relative_to(root)
            except (OSError, RuntimeError):
                continue
            # Never the other way round: what it lets pass leads nowhere else.
            assert leads_out(path, made) or not outside


@given(st.text(max_size=30))
def test_parts_never_lead_up(name: str) -> None:
    try:
        parts = safe_parts(name)
    except BadArchiveError:
        return
    assert not {"", ".", ".."} & set(parts)


def test_a_rollout_that_a_payload_damaged_is_unpacked_again(bench: Bench, tmp_path: Path) -> None:
    script = "rm -rf ../../rollout/submission; echo 42 > answer.txt\n"
    told(bench, packed(tmp_path / "s.tar.gz", [text("main.txt", "code\n"), text("reproduce.sh", script)]))
    assert bench.outcome("reproduce")["reason"] == "workspace_damaged"
    assert (bench.trial() / "rollout/submission/main.txt").read_text() == "code\n"


def test_an_archive_with_no_file_is_no_submission(bench: Bench, tmp_path: Path) -> None:
    outcome = told(bench, packed(tmp_path / "s.tar", [(member("a", DIRECTORY), b"")], "w"))
    assert (outcome["failure_class"], outcome["reason"]) == ("agent", "no_submission")


def test_a_link_to_a_folder_is_handed_in_as_the_folder(bench: Bench, tmp_path: Path) -> None:
    folder = add_submission(tmp_path / "real")
    (tmp_path / "link").symlink_to(folder)
    assert told(bench, tmp_path / "link")["reason"] == "ok"


def test_a_runner_killed_while_it_unpacks_leaves_nothing_half_made(bench: Bench, tmp_path: Path) -> None:
    many = [text(f"data/{number:05}", "x" * 2000) for number in range(3000)]
    archive_run(bench, packed(tmp_path / "s.tar", [*good(), *many], "w"))
    assert bench.call("plan", "tiny-run").status == 0
    process = bench.start("run", "tiny-run")
    draft = bench.trial() / ".rollout.tmp/.submission.unpacking"
    while not (draft / "data/00100").exists():
        assert process.poll() is None, "it was over before it could be killed"
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert draft.exists()
    assert not (bench.trial() / "rollout").exists()
    assert bench.call("resume", "tiny-run").status == 0
    assert {path.name for path in bench.trial().iterdir()} == {"rollout", "reproduce", "grading"}
    assert len(list((bench.trial() / "rollout/submission/data").iterdir())) == 3000
