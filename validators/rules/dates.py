"""Rules about dates, in every kind of document."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location

_DATE_KEYS = frozenset({"date", "searched"})
_INSTANT_KEYS = frozenset({"at", "created_at", "started_at", "finished_at"})


def dates_are_real(document: Document) -> Iterator[Fault]:
    """A date is a day of the calendar.

    Why: the schema sees only digits and dashes, and a day that never was cannot be compared with one.
    Mend: correct the day or the month.
    Example:
        date: 2026-02-30
    """
    # The criteria hold no dates, and there may be thousands.
    data = {key: value for key, value in document.data.items() if key != "criterion"}
    for where, value in _dated(data, ()):
        try:
            date.fromisoformat(value[:10])
        except ValueError as error:
            yield Fault(where, f"'{value}' is no day of the calendar ({error}); correct it")


def _dated(data: Any, where: Location) -> Iterator[tuple[Location, str]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if isinstance(value, str) and key in (_DATE_KEYS | _INSTANT_KEYS):
            yield (*where, key), value
        elif isinstance(value, dict | list):
            yield from _dated(value, (*where, key))
