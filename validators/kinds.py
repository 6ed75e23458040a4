"""The kinds of document there are: those with a committed schema."""

from functools import cache
from pathlib import Path

SPEC = Path(__file__).resolve().parents[1] / "spec" / "v1"


def schema_path(kind: str) -> Path:
    """Where the schema of a kind such as rubric/v1 is kept."""
    return SPEC / f"{kind.split('/', maxsplit=1)[0]}.schema.json"


@cache
def kinds() -> tuple[str, ...]:
    """Every kind that has a schema, sorted."""
    return tuple(
        sorted(f"{path.name.removesuffix('.schema.json')}/v1" for path in SPEC.glob("*.schema.json"))
    )
