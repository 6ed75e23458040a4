"""Which networks a stage reaches: none of any kind, or what the machine reaches."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.inside import Contained
from tests.containers.twisting import PROBE, TRIAL, twist

KNOCK = """
python3 - <<'EOF'
import socket
for family, place in [
    (socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET, ("127.0.0.1", {port})),
    (socket.AF_UNIX, "{unix}"), (socket.AF_UNIX, "\\0{abstract}"),
]:
    with socket.socket(family) as s:
        s.settimeout(3)
        try:
            s.connect(place)
            print("reached", place)
        except OSError as error:
            print("refused", place, type(error).__name__)
with socket.create_server(("127.0.0.1", 0)) as own, socket.create_connection(own.getsockname()):
    print("its own loopback works")
EOF
cat /proc/net/route /proc/net/ipv6_route | grep -v Destination | grep -v ' lo$' | sed 's/^/route /'
"""


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Servers of the machine: on its loopback, at a path, and in the abstract namespace."""
    unix, abstract = f"{tmp_path}/s", f"paperbench-test-{tmp_path.name}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        for server, place in ((named, unix), (nameless, f"\0{abstract}")):
            server.bind(place)
        for server in (tcp, named, nameless):
            server.listen(8)
        yield {"port": str(tcp.getsockname()[1]), "unix": unix, "abstract": abstract}


def reached(log: str) -> list[str]:
    return [line for line in log.splitlines() if line.startswith("reached")]


def test_none_has_no_way_out(contained: Contained, listening: dict[str, str]) -> None:
    done = contained.run(KNOCK.format(**listening))
    assert done.outcome["reason"] == "ok", done.log
    assert done.log.count("refused") == 4, done.log
    assert "its own loopback works" in done.log
    assert "route " not in done.log
    assert done.outcome["observed"]["network"] == "none"


def test_open_is_the_machines_own(contained: Contained, listening: dict[str, str]) -> None:
    network = {"rollout": "none", "reproduce": "open"}
    done = contained.run(KNOCK.format(**listening), network=network)
    assert f"reached ('127.0.0.1', {listening['port']})" in done.log
    assert f"refused {listening['unix']}" in done.log
    assert done.outcome["declared"]["network"] == done.outcome["observed"]["network"] == "open"


def test_each_stage_has_its_own(contained: Contained, listening: dict[str, str]) -> None:
    done = contained.run(KNOCK.format(**listening), network={"rollout": "open", "reproduce": "none"})
    assert not reached(done.log)
    assert done.outcome["declared"]["network"] == done.outcome["observed"]["network"] == "none"


def test_a_machine_that_cannot_keep_it_is_refused(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, tmp_path, "drop-net", PROBE)
    contained.plan("true")
    answer = contained.call()
    assert answer.status == 1
    assert "network: none leaves a way out of containers here; write network: open" in answer.err


def test_one_that_stops_keeping_it_is_not_ranked(
    contained: Contained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listening: dict[str, str]
) -> None:
    twist(monkeypatch, tmp_path, "drop-net", TRIAL)
    done = contained.run(KNOCK.format(**listening))
    assert len(reached(done.log)) >= 1
    assert (done.outcome["declared"]["network"], done.outcome["observed"]["network"]) == ("none", "open")
    said = contained.bench.call("board").out
    assert "isolation" in said, said


def test_a_server_inside_serves_nobody_outside(contained: Contained) -> None:
    seen: list[str] = []
    script = """
    python3 -m http.server --bind 127.0.0.1 18080 > /dev/null 2>&1 & sleep 1.5; touch served; sleep 1.5
    python3 -c "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:18080/').status)"
    kill %1
    """

    def knock() -> None:
        work = contained.bench.runs / "run/trials/tiny/run/1/.reproduce.work/submission/served"
        for _ in range(600):
            if work.exists():
                break
            threading.Event().wait(0.02)
        try:
            socket.create_connection(("127.0.0.1", 18080), timeout=2).close()
            seen.append("reached")
        except OSError:
            seen.append("refused")

    thread = threading.Thread(target=knock)
    thread.start()
    done = contained.run(script)
    thread.join()
    assert "200" in done.log
    assert seen == ["refused"]
