"""The kept log: every line stamped, the middle of a long one left out, the container's line taken out."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.judging.evidence import read_log
from runner.log_lines import NEAR, HeaderLine, KeptLog
from tests.execution.bench import Bench, limits
from tests.tiny_root import write
from validators.log_text import unstamped

STAMP = re.compile(rb"^\[ *[0-9]+\.[0-9]{3}\] ", re.MULTILINE)
MARK = re.compile(rb"\[\.\.\. (\d+) bytes \((\d+) lines\) left out \.\.\.\]\n?")
PIECES = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"\n", b"a\r", b"\n\n", b"x" * 300])))
PREFIX = b"paperbench-inside-3f2a "


def kept(chunks: list[bytes], head: int | None = None, tail: int = 0) -> bytes:
    """The log of these chunks, one a second."""
    file = io.BytesIO()
    log = KeptLog(file, head, tail)
    for second, chunk in enumerate(chunks):
        log.put(chunk, second)
    log.close()
    return file.getvalue()


def plain(log: bytes) -> bytes:
    return unstamped(log.decode("latin-1")).encode("latin-1")


@given(PIECES, st.sampled_from([None, 100_000]))
@settings(deadline=None)
def test_without_stamps_it_is_what_was_printed(chunks: list[bytes], head: int | None) -> None:
    log = kept(chunks, head, 0 if head is None else 100_000)
    assert plain(log) == b"".join(chunks)
    lines = log.split(b"\n")
    assert all(STAMP.match(line) for line in lines[:-1])
    assert STAMP.match(lines[-1]) or not lines[-1]


@given(st.lists(st.binary(max_size=60), max_size=60), st.integers(0, 700), st.integers(0, 700))
@settings(deadline=None)
def test_of_too_long_a_log_head_and_tail_are_kept(chunks: list[bytes], head: int, tail: int) -> None:
    whole, log = b"".join(chunks), kept(chunks, head, tail)
    assert len(log) <= max(head + tail, head + 128)
    if len(kept(chunks)) <= head + tail:
        assert plain(log) == whole
        return
    parts = [(found.group(), found) for found in MARK.finditer(log)]
    # What is printed may look like a mark, but each of its own lines has a stamp.
    _, found = next(part for part in parts if is_cut(whole, log, part[1]))
    assert len(plain(log[: found.start()])) > 0 or head < 400


@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=20), st.integers(0, 3000))
@settings(max_examples=20, deadline=None)
def test_what_was_dropped_long_ago_is_counted(chunks: list[bytes], tail: int) -> None:
    # Past what waits in memory, so that its beginning is dropped before the end is known.
    times = 3_000_000 // len(kept(chunks)) + 1
    chunks = [b"".join(chunks) * (times // 50 + 1)] * 50
    whole, log = b"".join(chunks), kept(chunks, 500, tail)
    assert any(is_cut(whole, log, found) for found in MARK.finditer(log))
    assert len(log) <= 500 + max(tail, 128)


def is_cut(whole: bytes, log: bytes, found: re.Match[bytes]) -> bool:
    """Whether what stands before and after the mark are the beginning and the end of the whole."""
    before = plain(log[: found.start()])
    after = log[found.end() :]
    after = plain(after) if found.group().endswith(b"\n") else after_inside(after)
    left, lines = int(found[1]), int(found[2])
    middle = whole[len(before) : len(whole) - len(after)]
    return (
        whole.startswith(before)
        and whole.endswith(after)
        and (len(middle), middle.count(b"\n")) == (left, lines)
    )


def after_inside(text: bytes) -> bytes:
    """The rest of a cut line, and the lines after it without their stamps."""
    first, newline, rest = text.partition(b"\n")
    return first + newline + plain(rest)


def test_a_cut_falls_between_lines() -> None:
    lines = [b"line %06d\n" % n for n in range(400_000)]
    log = kept(lines, 1 << 20, 1 << 20)
    assert len(log) <= 2 << 20
    before, mark, after = log.partition(b"\n[... ")
    assert mark
    assert 0 <= (1 << 20) - len(before) < 100
    told = MARK.match(mark[1:] + after)
    assert told
    assert (1 << 20) - 300 < len(after) <= 1 << 20
    numbers = [int(number) for number in re.findall(rb"line (\d{6})\n", log)]
    assert (numbers[0], numbers[-1]) == (0, 399_999)
    gaps = [b - a for a, b in pairwise(numbers) if b - a != 1]
    assert [gap - 1 for gap in gaps] == [int(told[2])]
    assert int(told[1]) == 12 * int(told[2])


def test_a_line_longer_than_the_log_is_cut_inside() -> None:
    log = kept([b"ab" * 1000] * 2000, 1 << 20, 1 << 20)
    found = MARK.search(log)
    assert found
    assert log.startswith(b"[     0.000] abab")
    assert log.endswith(b"abab")
    assert log.count(b"\n") == 0
    shown = STAMP.sub(b"", log).replace(found.group(), b"")
    assert int(found[1]) + len(shown) == 4_000_000
    assert found[2] == b"0"


def test_a_line_has_the_time_of_its_first_byte() -> None:
    log = kept([b"first ", b"still\nsecond\r10 %\r", b"20 %\n", b"third"])
    assert log == (
        b"[     0.000] first still\n[     1.000] second\r10 %\r20 %\n[     3.000] third"
    )  # fmt: skip


def test_the_head_ends_at_the_last_line_that_fits_and_a_long_line_is_kept_in_part() -> None:
    log = kept([b"short\n", b"x" * (2 * NEAR), b"\n", b"end\n" * 100_000], 3 * NEAR, 1000)
    assert log.startswith(b"[     0.000] short\n[     1.000] xxx")
    log = kept([b"short\n", b"x" * (5 * NEAR), b"\n", b"end\n" * 100_000], 3 * NEAR, 1000)
    assert log[: 3 * NEAR].endswith(b"xxx")
    assert MARK.match(log, 3 * NEAR)


@given(st.data(), PIECES, PIECES, st.binary(max_size=30).filter(lambda text: b"\n" not in text))
@settings(deadline=None)
def test_one_line_is_taken_out(
    data: st.DataObject, before: list[bytes], after: list[bytes], says: bytes
) -> None:
    first = b"".join(before)
    first += b"\n" if first and not first.endswith(b"\n") else b""
    second = b"".join(after) + b"\n" + PREFIX + b"again\n"
    whole = first + PREFIX + says + b"\n" + second
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    header = HeaderLine(PREFIX)
    out = b"".join(header.take(whole[a:b]) for a, b in pairwise([0, *cuts, len(whole)]))
    assert header.says == says
    assert out + header.rest() == first + second
    assert header.taken == len(PREFIX + says) + 1


@given(PIECES, st.sampled_from([b"", PREFIX[:5], b"\n" + PREFIX, PREFIX + b"unfinished"]))
@settings(deadline=None)
def test_without_that_line_all_is_ordinary(chunks: list[bytes], last: bytes) -> None:
    header = HeaderLine(PREFIX)
    out = b"".join(header.take(chunk) for chunk in [*chunks, last])
    assert header.says is None
    assert out + header.rest() == b"".join(chunks) + last


def test_checks_and_judges_see_lines_without_stamps(bench: Bench) -> None:
    assert unstamped("[     0.001] acc 1\n[1234567.001] [     2.000] b\n") == "acc 1\n[     2.000] b\n"
    assert unstamped("acc 1\n[     0.001] b\n") == "acc 1\n[     0.001] b\n"


def log_of(bench: Bench) -> Path:
    return bench.trial() / "reproduce" / "reproduce.log"


def test_the_log_of_a_stage_is_stamped(bench: Bench) -> None:
    bench.submission_run("echo first; sleep 0.4; printf 'a\\rb\\n'; printf last >&2", limits=limits())
    assert bench.call("run", "tiny-run").status == 0
    text = log_of(bench).read_bytes().decode()
    assert unstamped(text) == "first\na\rb\nlast"
    times = [float(found) for found in re.findall(r"(?m)^\[ *([0-9.]+)\] ", text)]
    assert len(times) == 3
    assert 0.3 < times[1] - times[0] < 5


@pytest.mark.parametrize(("pattern", "met"), [("^accuracy 0[.]9$", "met"), ("^\\[ *[0-9.]+\\]", "unmet")])
def test_a_check_with_an_anchor_sees_what_was_printed(bench: Bench, pattern: str, met: str) -> None:
    rubric = bench.root / "rubrics" / "tiny.yaml"
    document = json.loads(rubric.read_text())
    leaf = document["criterion"]["children"][1]
    leaf["check"] = {"kind": "log_matches", "pattern": pattern}
    write(rubric, document)
    bench.submission_run("echo start; echo accuracy 0.9\n")
    assert bench.call("run", "tiny-run").status == 0
    lines = next((bench.trial() / "grading").glob("*/verdicts.jsonl")).read_text().splitlines()
    verdicts = {verdict["path"]: verdict for verdict in map(json.loads, lines)}
    assert verdicts["root/runs"]["verdict"] == met


def test_a_long_log_is_kept_at_both_ends(bench: Bench) -> None:
    bench.submission_run("seq 200000", limits=limits(log_limit_mib=1))
    assert bench.call("run", "tiny-run").status == 0
    assert bench.outcome("reproduce")["reason"] == "ok"
    text = log_of(bench).read_bytes()
    assert (1 << 20) - 1000 < len(text) <= 1 << 20
    assert STAMP.sub(b"", text).startswith(b"1\n2\n")
    assert text.endswith(b"] 200000\n")
    assert len(MARK.findall(text)) == 1
    assert read_log(log_of(bench)).startswith("1\n2\n")
