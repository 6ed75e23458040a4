"""A submission as text for a model: every text file fenced, everything left out named."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from runner.judging.evidence import CODE_DEVELOPMENT, Section, is_code
from runner.manifest import Entry
from validators.checks.files import RefusedFileError, read_inside
from validators.digest import digest_json, sha256_bytes

MAX_FILE_BYTES = 200_000
LISTING_SHARE = 4  # the listing of names takes at most one part in so many
REASON_CHARS = 120
_FRAME_CHARS = 120  # of a fence: its two lines without their labels
CHARS_PER_TOKEN = 4  # the stated estimate wherever no tokenizer is asked
LOG_EDGE_CHARS = 30_000
_DOCUMENTS = (".md", ".txt", ".rst", ".toml", ".yaml", ".yml", ".cfg", ".ini")


@dataclass(frozen=True)
class Shown:
    """The text, its digest, and what was left out of it and why."""

    text: str
    digest: str
    files: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def quoted(name: str) -> str:
    """A file name on one line, whatever it holds."""
    return json.dumps(name, ensure_ascii=True)


def fence(label: str, text: str, token: str) -> str:
    """The text between two lines that carry the token."""
    return f"<<<begin {label} {token}>>>\n{text}\n<<<end {token}>>>"


def token_of(*texts: str) -> str:
    """A token that no text among these can hold: it is derived from all of them."""
    digest = digest_json([sha256_bytes(text.encode("utf-8", "surrogatepass")) for text in texts])[:24]
    while any(digest in text for text in texts):
        digest = sha256_bytes(digest.encode())[:24]
    return digest


def edges(text: str, limit: int) -> str:
    """The text, or its head and its tail with a line that says how much lies between."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def show_submission(section: Section, category: str, limit: int) -> Shown:
    """The section's files in canonical order, in at most `limit` characters and a few lines to say so."""
    entries = [entry for entry in section.entries if entry.path.split("/", 1)[0] != ".git"]
    texts, left_out, used = dict[str, str](), list[tuple[str, str]](), 0
    listed = _listed(entries, section.made, limit // LISTING_SHARE)
    room = limit - sum(map(_line_size, listed.values()))
    for entry in sorted(entries, key=lambda entry: _rank(entry, category, section.made)):
        text, why = _read(section, entry)
        size = len(text or "") + 2 * len(quoted(entry.path)) + _FRAME_CHARS
        if text is not None and used + size > room:
            text, why = None, f"{entry.size} bytes, past what the model's context holds"
        if text is None:
            left_out.append((entry.path, why))
            continue
        texts[entry.path] = text
        used += size
    token = token_of(*texts, *texts.values())
    parts = [_listing(listed, len(entries), dict(left_out), token)]
    parts += [
        fence(f"file {quoted(name)}{_mark(name, section.made)}", text, token) for name, text in texts.items()
    ]
    shown = "\n\n".join(parts)
    return Shown(shown, sha256_bytes(shown.encode()), tuple(texts), tuple(left_out))


def _rank(entry: Entry, category: str, made: frozenset[str]) -> tuple[bool, bool, str]:
    """Canonical order: what the category rests on first, then by path."""
    reads = entry.path.lower().endswith(_DOCUMENTS) or is_code(entry.path)
    first = reads if category == CODE_DEVELOPMENT else entry.path in made
    return (not first, not reads, entry.path)


def _read(section: Section, entry: Entry) -> tuple[str | None, str]:
    if entry.size > MAX_FILE_BYTES:
        return None, f"{entry.size} bytes, more than the {MAX_FILE_BYTES} that are shown of a file"
    try:
        data = read_inside(section.root, entry.path, MAX_FILE_BYTES)
    except RefusedFileError as error:
        return None, str(error)
    if b"\0" in data:
        return None, f"binary, {entry.size} bytes"
    return data.decode("utf-8", "replace"), ""


def _mark(name: str, made: frozenset[str]) -> str:
    return " made" if name in made else ""


def _listed(entries: Iterable[Entry], made: frozenset[str], limit: int) -> dict[str, str]:
    """A line for each file by its path, what was made first, as many as the limit holds."""
    lines, used = dict[str, str](), 0
    for entry in sorted(entries, key=lambda entry: (entry.path not in made, entry.path)):
        line = f"{quoted(entry.path)} {entry.size} bytes{_mark(entry.path, made)}"
        used += _line_size(line)
        if used > limit:
            break
        lines[entry.path] = line
    return lines


def _line_size(line: str) -> int:
    return len(line) + len(_because("")) + REASON_CHARS + 1


def _because(reason: str) -> str:
    """Why a file is not shown; a reason may hold its name, as long as names get."""
    return f" (not shown: {quoted(reason)[:REASON_CHARS]})"


def _listing(listed: dict[str, str], count: int, left_out: dict[str, str], token: str) -> str:
    lines = [line + (_because(left_out[name]) if name in left_out else "") for name, line in listed.items()]
    more = [f"and {count - len(lines)} more files, not listed"] if count > len(lines) else []
    return fence("list", "\n".join(["Every file of the submission:", *lines, *more]), token)
