"""Digests: of bytes, files, canonical JSON, rubrics and leaves."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from validators.tree import Node


def sha256_bytes(data: bytes) -> str:
    """The sha256 of the bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The sha256 of the file's bytes, in hex; raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """The one spelling of a JSON value: sorted keys, no blanks, UTF-8; refuses NaN with ValueError."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest_json(value: Any) -> str:
    """The sha256 of a value's canonical JSON."""
    return sha256_bytes(canonical_json(value))


def _number(weight: float) -> float:
    return int(weight) if float(weight).is_integer() else weight


def rubric_digest(root: "Node") -> str:
    """The digest of whatever in a rubric can change a verdict or a score, order included."""

    def scored(node: "Node") -> list[Any]:
        return [
            node.id,
            node.requirement,
            _number(node.weight),
            node.category,
            node.facet,
            node.check,
            [scored(child) for child in node.children],
        ]

    return digest_json(scored(root))


def leaf_digests(root: "Node") -> dict[str, str]:
    """The digest of every leaf by its path: texts along the path, its own text, category and check."""
    from validators.tree import leaves_with_texts  # noqa: PLC0415  most who hash have no tree

    return {
        path: digest_json([texts, leaf.requirement, leaf.category, leaf.check])
        for path, texts, leaf in leaves_with_texts(root)
    }
