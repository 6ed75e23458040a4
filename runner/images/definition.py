"""What a definition file (.def) says of itself: where it starts, its arguments and its input files; pure.

Understood are the header, %arguments, %files and {{ arguments }}, in one stage. Source: the Apptainer 1.4
user guide, "Definition Files".
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from runner.errors import PaperbenchError

_ARGUMENT = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")
_HEADER = re.compile(r"([A-Za-z]+)\s*:\s*(.*)")
_SECTION = re.compile(r"%(\w+)(?:\s+(.*))?")


@dataclass(frozen=True)
class Definition:
    """One definition file: header keys in lower case, defaults of its arguments, lines of its sections."""

    text: str
    header: Mapping[str, str]
    arguments: Mapping[str, str]
    sections: Mapping[str, tuple[str, ...]]

    def sources(self, values: Mapping[str, str]) -> list[str]:
        """What %files copies from the machine, as written, with these arguments."""
        found = []
        for line in self.sections.get("files", ()):
            try:
                words = shlex.split(filled(line, values), comments=True)
            except ValueError as error:
                raise PaperbenchError(f"%files line {line.strip()!r} is not understood ({error})") from None
            found += words[:1]
        return found

    def below(self) -> tuple[str, str] | None:
        """The argument that names the image it starts from, and the name of that image's recipe."""
        argument = argument_named(self.header.get("from", ""))
        if self.header.get("bootstrap") != "localimage" or argument is None:
            return None
        named = re.fullmatch(r"([\w.-]+)\.sif", self.arguments.get(argument, ""))
        return (argument, named[1]) if named else None


def argument_named(text: str) -> str | None:
    """The argument that is all of the text."""
    found = _ARGUMENT.fullmatch(text)
    return found[1] if found else None


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each {{ argument }} replaced; raises PaperbenchError for one without a value."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise PaperbenchError(f"argument '{found[1]}' has no value; give it a default under %arguments")
        return values[found[1]]

    return _ARGUMENT.sub(value, text)


def parse(text: str, name: str) -> Definition:
    """Read a definition file; raises PaperbenchError for what is not understood."""
    header: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    section: list[str] | None = None
    for line in text.splitlines():
        start = _SECTION.match(line)
        key = _HEADER.match(line)
        if start:
            title = start[1].lower()
            if title == "files" and start[2]:
                raise PaperbenchError(f"{name}: '%files {start[2]}' is of a recipe with stages; {_NO_STAGES}")
            if title == "appfiles":
                raise PaperbenchError(
                    f"{name}: '{line.strip()}' is not understood; copy under %files instead"
                )
            section = sections.setdefault(title, [])
        elif section is not None:
            if key and key[1].lower() in ("bootstrap", "stage"):
                raise PaperbenchError(f"{name}: '{line.strip()}' begins another stage; {_NO_STAGES}")
            section.append(line)
        elif key:
            header[key[1].lower()] = key[2].strip()
    if "bootstrap" not in header:
        raise PaperbenchError(
            f"{name} says no Bootstrap: in its first lines; add where the image starts from"
        )
    return Definition(
        text, header, _arguments(sections.get("arguments", [])), {k: tuple(v) for k, v in sections.items()}
    )


_NO_STAGES = "write one recipe for each stage, with From: {{ base }} and base=NAME.sif under %arguments"


def _arguments(lines: list[str]) -> dict[str, str]:
    pairs = (
        line.strip().partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip() for name, _, value in pairs}
