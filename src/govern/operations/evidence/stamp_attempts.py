"""Attempts at validating stamps, as the ledger holds them: each recorded sample is one, with its share of wrong ones.

A trigger with `attempts: N` on `stamp_mismatch_rate` counts them at the instant at which they were recorded.
"""

from typing import Any

from govern.domain.document import canonical, digest_of
from govern.domain.evidence.stamping import SOURCE
from govern.domain.triggers.evaluation import Watch
from govern.domain.windows import instant
from govern.errors import UsageError
from govern.evidence.series import Point, Series
from govern.operations.workspace import Workspace

STAMPS = "stamp_mismatch_rate"
RECORDS = "records"
WHOLE = {"percent": 100, "points": 100, "ratio": 1, "per_1000": 1000}
WRONG = ("mismatched", "missing_version", "calibration_missing")


def stamp_attempts(workspace: Workspace, watched: Watch) -> tuple[Series, dict[str, Any], list[str]]:
    """The recorded samples of the packet as a series, and how a record names it. UsageError where there is none."""
    packet, documents = watched.packet, workspace.documents()
    points: list[Point] = []
    read: list[list[str]] = []
    for record in packet.evidence:
        if record.body["source"]["name"] != SOURCE:
            continue
        table = record.body["table"]["sha256"]
        read.append([record.name, table])
        for row in documents.table(table):
            if row["arm"] == "next" and row["n"]:
                share = sum(row["counts"][name] for name in WRONG) / row["n"]
                value = share * WHOLE.get(watched.signal["unit"], 1)
                points.append(Point(len(points) + 1, instant(record.at), row["cohort"], value))
    if not points:
        raise UsageError(
            f"no sample of stamps of {packet.id} is recorded", type_line=f"govern evidence stamps {packet.id}"
        )
    digest = digest_of(canonical(read))
    series = Series(RECORDS, digest, tuple(points), starts=False, keyed=True, zoned=True)
    return series, {"name": RECORDS, "query": SOURCE, "sha256": digest, "rows": len(points)}, []
