"""Dates that have the right form and stand in no calendar. A pattern cannot know that February is short."""

from govern.documents.schemas import of_kind, walk
from govern.domain.document import Positions, Value
from govern.domain.findings import Finding

FORM = "^[12][0-9]{3}-"  # how every pattern of a date or an instant begins


def impossible_dates(kind: str, value: Value, path: str, positions: Positions) -> list[Finding]:
    """One finding for each date or instant of a valid value that does not exist."""
    from govern.domain.windows import instant

    found = {}
    for part in walk(of_kind(kind), value):
        if isinstance(part.value, str) and part.schema.get("pattern", "").startswith(FORM):
            try:
                instant(part.value)
            except ValueError:
                place = positions.of(part.pointer)
                hint = "the calendar has no such day"
                found[place] = Finding(
                    "GOV-DOC-006", "error", "no such date", path, place.line, place.column, hint
                )
    return list(found.values())
