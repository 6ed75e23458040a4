"""One judge's folder: what is on disk, and in which order it gets there."""

from pathlib import Path

from runner.clock import instant
from runner.judging.store import GradingWriter
from validators.models.records import Verdict

NAMES = ("verdicts", "answers")
VERDICT = {
    "schema": "verdict/v1",
    "trial": "tiny/oracle/1",
    "judge": "0" * 64,
    "path": "root/l0",
    "leaf": "0" * 64,
    "verdict": "met",
    "score": 1.0,
    "by": "check",
    "answer": "a" * 32,
    "at": instant(),
}


def on_disk(folder: Path) -> list[int]:
    return [len((folder / f"{name}.jsonl").read_bytes().splitlines()) for name in NAMES]


def test_no_verdict_is_on_disk_before_its_answer(tmp_path: Path) -> None:
    writer, verdict = GradingWriter(tmp_path), Verdict.model_validate(VERDICT)
    for count in range(1, 201):  # more than any buffer holds
        writer.add(verdict, {"id": "a" * 32}, ())
        verdicts, answers = on_disk(tmp_path)
        assert verdicts <= answers
        if count % 70 == 0:
            writer.flush()
            assert on_disk(tmp_path) == [count, count]
    writer.close()
    assert on_disk(tmp_path) == [200, 200]
