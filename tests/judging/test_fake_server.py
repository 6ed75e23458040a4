"""The scripted server as a program of its own."""

import json
import subprocess
import sys
from pathlib import Path

from tests.judging.bench import bench
from tests.tiny_root import write

SERVER = Path(__file__).parents[1] / "fakes/openai_server.py"


def test_the_server_answers_from_a_file_of_recorded_answers(tmp_path: Path) -> None:
    place = bench(tmp_path)
    scores = {f"root/l{n}": n % 2 for n in range(5)}
    lines = [{"schema": "answer/v1", "path": path, "score": score} for path, score in scores.items()]
    answers = write(tmp_path / "answers.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    log = tmp_path / "requests.jsonl"
    command = [sys.executable, str(SERVER), "--port", "0", "--answers", str(answers), "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            place.llm(process.stdout.readline().strip())
            assert place.run("one") == 0
        finally:
            process.kill()
    assert place.scores("one") == {**{path: float(score) for path, score in scores.items()}, "root/l5": 0.0}
    assert len(log.read_text().splitlines()) == 6
