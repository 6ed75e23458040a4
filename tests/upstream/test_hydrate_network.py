"""paperbench hydrate over HTTP: redirects, broken answers, Git-LFS pointers, and kill -9 in mid download."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from runner.cli import main
from runner.durable import alone_in
from runner.errors import PaperbenchError
from runner.network import MissingError, UnreachableError, fetch
from runner.upstream.hydrate import hydrate
from runner.upstream.origins import PinnedCommit, origin
from tests.fakes.files_server import Answer, serving
from tests.upstream.catalogued import COMMIT, FOLDER, catalogued, files, upstream
from validators.corpus import Corpus

STAGING = ".hydrating"


def script_of(data: Path) -> Callable[[str], Answer]:
    """A server of a folder's files."""

    def script(path: str) -> Answer:
        file = data / path.lstrip("/")
        return Answer(file.read_bytes()) if file.is_file() else Answer(b"no such file", 404)

    return script


def pointer(content: bytes) -> bytes:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return upstream(tmp_path / "data", "tiny")


@pytest.fixture
def root(tmp_path: Path, data: Path) -> Path:
    return catalogued(tmp_path / "root", data)


@pytest.fixture
def right(tmp_path: Path, data: Path) -> dict[str, bytes]:
    """The root as it must be in the end."""
    other = catalogued(tmp_path / "right", data)
    assert main(["hydrate", "tiny", "--root", str(other), "--from", str(data)]) == 0
    return files(other)


def test_from_a_server(root: Path, data: Path, right: dict[str, bytes]) -> None:
    with serving(script_of(data)) as server:
        assert main(["hydrate", "tiny", "--root", str(root), "--from", server.url]) == 0
    assert files(root) == right
    assert Counter(server.asked).most_common(1)[0][1] == 1


def test_the_pinned_commit_is_read_without_git(root: Path, data: Path, right: dict[str, bytes]) -> None:
    at = f"/owner/name/{COMMIT}/{FOLDER}/tiny/"

    def script(path: str) -> Answer:
        host, _, file = path.partition(at)
        content = (data / "papers" / "tiny" / file).read_bytes()
        # Texts are Git-LFS objects upstream, and rubrics are not.
        return Answer(pointer(content) if host == "/plain" and file.endswith(".md") else content)

    with serving(script) as server:
        pinned = PinnedCommit(f"{server.url}/plain", f"{server.url}/media")
        hydrate(Corpus(root), "tiny", pinned, force=False)
    assert files(root) == right
    assert f"/plain{at}rubric.json" in server.asked
    assert f"/media{at}rubric.json" not in server.asked
    assert f"/media{at}judge/older/paper.md" in server.asked


def test_a_pointer_is_no_text(root: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda _: Answer(pointer(b"elsewhere"))) as server:
        assert main(["hydrate", "tiny", "--root", str(root), "--from", server.url]) == 1
    assert "is a Git-LFS pointer, not the file" in capsys.readouterr().err


def test_busy_broken_and_short_answers_are_asked_for_again(
    root: Path, data: Path, right: dict[str, bytes]
) -> None:
    good, tries = script_of(data), Counter[str]()

    def script(path: str) -> Answer:
        tries[path] += 1
        broken = [Answer(status=503), Answer(status=429), Answer(good(path).body, cut=True)]
        return broken[tries[path] - 1] if path.endswith("/paper.md") and tries[path] < 4 else good(path)

    with serving(script) as server:
        for path in ("/papers/tiny/paper.md", "/papers/tiny/judge/older/paper.md"):
            wanted = good(path).body
            assert fetch(server.url + path, pauses=(0, 0, 0)) == wanted
        assert main(["hydrate", "tiny", "--root", str(root), "--from", server.url]) == 0
    assert files(root) == right


def test_what_cannot_be_fetched_is_told_apart() -> None:
    answers = {
        "/404": Answer(status=404),
        "/503": Answer(status=503),
        "/cut": Answer(b"half of it", cut=True),
        "/long": Answer(b"x" * 101),
        "/insecure": Answer(status=302, location="http://example.org/paper.md"),
        "/file": Answer(status=302, location="file:///etc/passwd"),
        "/moved": Answer(status=302, location="/there"),
        "/there": Answer(b"here"),
    }
    with serving(lambda path: answers[path]) as server:

        def ask(path: str) -> bytes:
            return fetch(server.url + path, limit=100, pauses=(0,))

        assert ask("/moved") == b"here"
        with pytest.raises(MissingError, match="404"):
            ask("/404")
        with pytest.raises(UnreachableError, match="503"):
            ask("/503")
        with pytest.raises(UnreachableError, match="5 of 10 bytes"):
            ask("/cut")
        with pytest.raises(PaperbenchError, match="over 100 bytes"):
            ask("/long")
        with pytest.raises(PaperbenchError, match="only https"):
            ask("/insecure")
        with pytest.raises(PaperbenchError):
            ask("/file")
    assert Counter(server.asked)["/503"] == Counter(server.asked)["/cut"] == 2


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_never_ends_is_given_up(part: Literal["head", "body"]) -> None:
    with serving(lambda _: Answer(b"x" * 300, drip=part)) as server:
        with pytest.raises(UnreachableError, match=r"is not here after 0\.3 seconds"):
            fetch(f"{server.url}/paper.md", pauses=(0, 0), total=0.3)
        assert server.asked == ["/paper.md"]


def test_offline_is_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(root)
    assert main(["hydrate", "--all", "--root", str(root), "--from", "http://127.0.0.1:9"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be fetched" in line
    assert line.endswith("give --from DIR with upstream's data folder")
    assert files(root) == before


def test_what_was_proven_is_not_fetched_twice(root: Path, data: Path, right: dict[str, bytes]) -> None:
    good = script_of(data)

    def failing(path: str) -> Answer:
        return Answer(b"other") if path.endswith("rubric.json") else good(path)

    with serving(failing) as server:
        assert main(["hydrate", "tiny", "--root", str(root), "--from", server.url]) == 1
    with serving(good) as server:
        assert main(["hydrate", "tiny", "--root", str(root), "--from", server.url]) == 0
    assert server.asked == ["/papers/tiny/rubric.json"]
    assert files(root) == right


def test_kill_9_in_every_download_and_run_again(root: Path, data: Path, right: dict[str, bytes]) -> None:
    good, hold, seen = script_of(data), threading.Event(), threading.Semaphore(0)
    stuck: list[str] = []

    def script(path: str) -> Answer:
        if path in stuck:
            return good(path)
        stuck.append(path)
        seen.release()
        return Answer(good(path).body, hold=hold)

    with serving(script) as server:
        command = ["hydrate", "tiny", "--root", str(root), "--from", server.url]
        for _ in range(5):
            process = subprocess.Popen(
                [sys.executable, "-m", "runner", *command], cwd=Path(__file__).parents[2]
            )
            assert seen.acquire(timeout=60)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            # Nothing is in place before all of it is proven.
            placed = [path for path in files(root) if STAGING not in path]
            assert sorted(placed) == ["papers/tiny/blacklist.yaml", "papers/tiny/paper.yaml"]
        hold.set()
        assert main(command) == 0
    assert files(root) == right
    assert len(stuck) == 5


@pytest.mark.parametrize("rename", range(5))
def test_killed_between_two_renames(
    rename: int, root: Path, data: Path, right: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    places = sorted(set(right) - {"papers/tiny/blacklist.yaml", "papers/tiny/paper.yaml"})
    for number, place in enumerate(places):
        # What is placed already, and what a killed run leaves staged.
        target = root / place
        if number > rename:
            name = place.removeprefix("papers/tiny/")
            target = (
                root / "papers" / "tiny" / STAGING / ("tiny.yaml" if name.startswith("rubrics") else name)
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(right[place])
    (root / "papers" / "tiny" / STAGING).mkdir(exist_ok=True)
    (root / "papers" / "tiny" / STAGING / f".paper.md.{'0' * 32}.tmp").write_text("torn")
    assert main(["hydrate", "tiny", "--root", str(root), "--from", str(data)]) == 0
    assert files(root) == right


def test_what_is_staged_is_proven_again(root: Path, data: Path, right: dict[str, bytes]) -> None:
    staging = root / "papers" / "tiny" / STAGING
    staging.mkdir()
    for name in ("paper.md", "rubric.json"):
        (staging / name).write_text("Not what is pinned.\n")
    assert main(["hydrate", "tiny", "--root", str(root), "--from", str(data)]) == 0
    assert files(root) == right


def test_one_waits_for_another(root: Path, data: Path, right: dict[str, bytes]) -> None:
    before = files(root)
    waiting = threading.Thread(
        target=lambda: hydrate(Corpus(root), "tiny", origin(str(data)), force=False), daemon=True
    )
    with alone_in(root / "papers" / "tiny"):
        waiting.start()
        # One that does not wait is done long before.
        waiting.join(1.5)
        assert files(root) == before
        assert waiting.is_alive()
    waiting.join()
    assert files(root) == right


def test_two_at_once(root: Path, data: Path, right: dict[str, bytes]) -> None:
    command = [sys.executable, "-m", "runner", "hydrate", "tiny", "--root", str(root), "--from", str(data)]
    started = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert files(root) == right
