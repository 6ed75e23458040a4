"""GPU slots: no device is ever used by two stages at once."""

import json
from collections import defaultdict

from tests.execution.bench import Bench, limits
from tests.tiny_root import add_agent, add_run, add_site, add_submission

SCRIPT = """
echo "$CUDA_VISIBLE_DEVICES $EPOCHREALTIME begin" >> {log}
sleep 0.2
echo "$CUDA_VISIBLE_DEVICES $EPOCHREALTIME end" >> {log}
"""


def test_no_slot_is_used_by_two_at_once(bench: Bench) -> None:
    log = bench.root / "log"
    folder = add_submission(bench.root / "mine", SCRIPT.format(log=log))
    add_agent(bench.root, "me", "submission", {"tiny": [str(folder)] * 8})
    add_site(bench.root, "gpus", gpus=["0", "GPU-b", "2"], workers=6)
    add_run(bench.root, agents=("me",), attempts=8, site="gpus", limits=limits(gpus=1))
    assert bench.call("run", "tiny-run").status == 0
    used: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        device, at, what = line.split()
        used[device].append((float(at), what))
    assert set(used) <= {"0", "GPU-b", "2"}
    assert len(used) >= 2
    for events in used.values():
        assert [what for _, what in sorted(events)] == ["begin", "end"] * (len(events) // 2)
    facts = json.loads(bench.call("status", "tiny-run", "--json").out)
    devices = [
        stage["gpus"]
        for trial in facts["trials"]
        for stage in trial["stages"]
        if stage["stage"] == "reproduce"
    ]
    assert all(len(taken) == 1 for taken in devices)


def test_without_gpus_none_is_visible(bench: Bench) -> None:
    add_site(bench.root, gpus=["0"])
    bench.submission_run('echo "[$CUDA_VISIBLE_DEVICES]" > seen.txt')
    bench.call("run", "tiny-run")
    assert (bench.trial() / "reproduce/submission/seen.txt").read_text() == "[]\n"


def test_two_devices_at_once(bench: Bench) -> None:
    add_site(bench.root, gpus=["4", "7"])
    bench.submission_run('echo "$CUDA_VISIBLE_DEVICES" > seen.txt', limits=limits(gpus=2))
    bench.call("run", "tiny-run")
    assert (bench.trial() / "reproduce/submission/seen.txt").read_text() == "4,7\n"


def test_a_device_that_a_site_names_twice_is_refused(bench: Bench) -> None:
    add_site(bench.root, gpus=["0", "1", "0"])
    add_run(bench.root)
    answer = bench.call("plan", "tiny-run")
    assert answer.status == 1
    assert "site 'local' names GPU 0 twice" in answer.line
    assert not bench.runs.exists()
