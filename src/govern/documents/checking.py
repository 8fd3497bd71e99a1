"""A value against the schema of its kind: yes at once, or one finding for each mistake.

What explains a no is imported only then: it costs more than all the rest.
"""

from govern.documents.schemas import fits, of_kind
from govern.domain.document import Positions, Value
from govern.domain.findings import Finding


def check(kind: str, value: Value, path: str, positions: Positions) -> list[Finding]:
    """One finding for each mistake in `value`, in the order of their places; empty where it fits."""
    if fits(f"{kind}.v1", value):
        from govern.documents.dates import impossible_dates

        return impossible_dates(kind, value, path, positions)
    from govern.documents.faults import explain

    return explain(kind, of_kind(kind), value, path, positions)
