"""Writes spec/rules.md again: `python -m validators.rules`."""

from validators.kinds import SPEC
from validators.rules import CATALOGUE
from validators.rules.rule import page

RULES_PAGE = SPEC.parent / "rules.md"
_FAMILIES = {
    "Y0": "Reading YAML", "S1": "Shape", "R2": "Rubrics", "P3": "Papers", "B4": "Blacklists",
    "C5": "Configs", "F6": "Folders", "W7": "Waivers",
}  # fmt: skip
_HEAD = """# Rules

Made by `python -m validators.rules` from the rules themselves; do not edit.
`paperbench check --explain CODE` prints one entry. A code is never used again for something else.
"""


def rules_text() -> str:
    """The text of spec/rules.md."""
    parts = [_HEAD]
    family = ""
    for entry in CATALOGUE:
        if entry.code[:2] != family:
            family = entry.code[:2]
            parts.append(f"## {family}: {_FAMILIES[family]}\n")
        parts.append(_section(entry.code, page(entry)))
    return "\n".join(parts)


def _section(code: str, text: str) -> str:
    head, _, rest = text.partition("\n\n")
    rest, _, example = rest.partition("\nExample:")
    rest = rest.replace("\nMend:", "\n\nMend:")
    shown = "\n".join(line.removeprefix("    ") for line in example.strip("\n").splitlines())
    block = f"```yaml\n{shown}\n```" if example.startswith("\n") else f"Example:{example.rstrip()}"
    return f"### {code}\n\n**{head}**\n\n{rest}\n\n{block}\n"


if __name__ == "__main__":
    RULES_PAGE.write_text(rules_text(), encoding="utf-8")
