"""Bytes as text, and places in it."""

import os
from pathlib import Path

from validators.findings import Finding, InvalidDocumentError, Place
from validators.limits import LARGEST_BYTES
from validators.probes import read_regular


def line_and_column(text: str, offset: int) -> Place:
    """Where an offset stands in a text, from 1."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, start) + 1, offset - start + 1


def read_text(path: Path, name: str) -> str:
    """The file's text; raises InvalidDocumentError where it is too large or not UTF-8, and OSError."""
    return decode(read_regular(os.path.realpath(path)), name)


def decode(data: bytes, name: str) -> str:
    """The bytes as text; raises InvalidDocumentError where they are too many or not UTF-8."""
    if len(data) > LARGEST_BYTES:
        fault = f"larger than {LARGEST_BYTES >> 20} MiB, which nobody reviews; split it or keep it elsewhere"
        raise InvalidDocumentError([Finding(name, 1, 1, "Y006", fault)])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        fault = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise refusal(name, before, len(before), fault) from None


def refusal(name: str, text: str, offset: int, fault: str) -> InvalidDocumentError:
    """The error of a text that is no YAML from an offset on."""
    return InvalidDocumentError([Finding(name, *line_and_column(text, offset), "Y001", fault)])
