"""Progress: plain lines where nobody watches, a display on a terminal; results on standard output alone."""

import json
import os
import subprocess
import threading

from tests.execution.bench import CHECKOUT, Bench


def test_plain_lines_away_from_a_terminal(bench: Bench) -> None:
    process = bench.start("run", "tiny-run", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["states"] == {"graded": 1}
    assert "\x1b" not in err
    lines = err.splitlines()
    assert lines[0].startswith("tiny/oracle/1 rollout: ok in ")
    assert "tiny/oracle/1 reproduce ..." in lines
    assert len(lines) == len(set(lines))


def test_a_display_on_a_terminal(bench: Bench) -> None:
    leader, follower = os.openpty()
    shown: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(leader, 1 << 16):
                shown.append(data)
        except OSError:
            return

    reader = threading.Thread(target=read)
    reader.start()
    env = {**os.environ, "TERM": "xterm"}
    argv = bench.argv("run", "tiny-run")
    done = subprocess.run(
        argv, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=follower, text=True, check=True
    )
    os.close(follower)
    reader.join(10)
    os.close(leader)
    text = b"".join(shown).decode()
    assert "\x1b[" in text
    assert "tiny/oracle/1 reproduce: ok in" in text
    assert "1 graded" in done.stdout
    assert "\x1b" not in done.stdout
