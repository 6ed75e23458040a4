"""A check tried on a fixture; in a module of its own since only this part of the rules needs pydantic."""

from typing import Any

from pydantic import TypeAdapter

from validators.checks import CheckEvidence, CheckResult, InvalidCheckError, evaluate
from validators.fixtures import Fixture
from validators.models.checks import Check

_CHECK: TypeAdapter[Any] = TypeAdapter(Check)


def try_check(check: dict[str, Any], fixture: Fixture, category: str | None) -> CheckResult | None:
    """What the check says of the fixture; None where it is no check. Raises ValueError for another shape."""
    folder, names = fixture.half(handed_in=category == "Code Development")
    evidence = CheckEvidence(folder, names, fixture.exit_status, fixture.log)
    try:
        return evaluate(_CHECK.validate_python(check), evidence)
    except InvalidCheckError:
        return None  # another rule says so
