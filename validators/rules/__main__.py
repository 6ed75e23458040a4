"""Writes spec/rules.md again: `python -m validators.rules`."""

from itertools import groupby

from validators.kinds import SPEC
from validators.rules import CATALOGUE
from validators.rules.rule import Entry, page

RULES_PAGE = SPEC.parent / "rules.md"
_FAMILIES = {
    "Y0": "Reading YAML", "S1": "Shape", "R2": "Rubrics", "P3": "Papers", "B4": "Blacklists",
    "C5": "Configs", "F6": "Folders", "W7": "Waivers",
}  # fmt: skip
_HEAD = """# Rules

Made by `python -m validators.rules` from the rules themselves; do not edit.
`paperbench check --explain CODE` prints one entry, `--explain R2` the list of a family. A code is never used
again for something else. A warning is counted and shown, and fails a check only under `--strict`.
"""


def rules_text() -> str:
    """The text of spec/rules.md."""
    families = [(family, [*entries]) for family, entries in groupby(CATALOGUE, lambda entry: entry.code[:2])]
    parts = [_HEAD, "".join(_contents(family, entries) for family, entries in families)]
    for family, entries in families:
        parts.append(f"## {family}: {_FAMILIES[family]}\n")
        parts += map(_section, entries)
    return "\n".join(parts)


def _contents(family: str, entries: list[Entry]) -> str:
    """A line of the table of contents; the anchors are those that GitHub gives to the headings."""
    name = _FAMILIES[family]
    anchor = f"{family}-{name}".lower().replace(" ", "-")
    codes = " ".join(f"[{entry.code}](#{entry.code.lower()})" for entry in entries)
    return f"- [{family}: {name}](#{anchor}): {codes}\n"


def _section(entry: Entry) -> str:
    head, _, rest = page(entry).partition("\n\n")
    rest, _, example = rest.partition("\nExample:")
    rest = rest.replace("\nMend:", "\n\nMend:")
    shown = "\n".join(line.removeprefix("    ") for line in example.strip("\n").splitlines())
    block = f"```yaml\n{shown}\n```" if example.startswith("\n") else f"Example:{example.rstrip()}"
    return f"### {entry.code}\n\n**{head}** ({entry.severity})\n\n{rest}\n\n{block}\n"


if __name__ == "__main__":
    RULES_PAGE.write_text(rules_text(), encoding="utf-8")
