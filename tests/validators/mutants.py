"""Texts of YAML spoilt at random, as people, editors and attackers spoil them."""

import random

TOKENS = [
    "\n", " ", "  ", "\t", ":", ": ", "- ", "-", "?", "? ", "#", " #", "'", '"', "|", ">", ">-", "|+",
    "&a ", "*a", "!", "!!str ", "!!python/object:os.system ", "<<: ", "%", "%YAML 1.1\n", "---\n",
    "...\n", "{", "}", "[", "]", ",", "\r", "\r\n", "\x00", "\x07", "\x7f", "\x85", "\u2028", "\u2029",
    "\ufeff", "\u00a0", "\u202e", "ü", "\U0001d518", "null", "~", "true", "True", "yes", "no", "0",
    "-0", "007", "0o17", "0x1F", "0b11", "+0x1", "1_000", "1e5", "1e999", ".5", "-.5", "1.", ".inf",
    "-.INF", ".nan", "12345e67", "2026-01-31", "1:30", "9" * 23, "\\", '"\\ud83d"', '"\\u0041"',
    '"\\x41"', "''", '""', "a: b: c", "weight: 2", "id: x", "`", "@",
]  # fmt: skip


def spoil(text: str, chance: random.Random) -> str:
    """The text with one to four edits: a token put in, a piece cut out, doubled, moved or indented."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(7):
            case 0 | 1:
                text = text[:at] + chance.choice(TOKENS) + text[at:]
            case 2:
                text = text[:at] + text[at + chance.randint(1, 9) :]
            case 3:
                text = text[:at] + chance.choice(TOKENS) + text[at + chance.randint(1, 6) :]
            case 4:
                text = _lines(text, chance)
            case 5:
                value = text.find(": ", at) + 2
                end = text.find("\n", value)
                text = text[:value] + chance.choice(TOKENS) + text[end:] if 2 <= value < end else text
            case _:
                start = text.rfind("\n", 0, at) + 1
                text = text[:start] + " " * chance.randint(1, 3) + text[start:]
    return text


def _lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            lines.insert(other, lines[one])
        case 1:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            del lines[one]
    return "\n".join(lines)


def piece(text: str, chance: random.Random, lines: int = 40) -> str:
    """The head of a rubric and a run of its lines, so that a mutant is read quickly."""
    all_lines = text.split("\n")
    start = chance.randrange(max(1, len(all_lines) - lines))
    return "\n".join(all_lines[:8] + all_lines[start : start + lines]) + "\n"
