"""A team whose XR cohorts went back, and the decisions of that night: for tests of relabelling.

`no-system-prompt` went to canary on 2026-11-16 at 10:00 (PC and XR), and XR went back on 11-17 at 02:10:21. The
application served the old binding until 02:10:55. Decisions on next carry v2.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from back import PACKET, XR, Team, go
from decision_logs import Row, decision, write_csv
from workspaces import Clone

V1, V2 = "llama-2-70b-chat+v1", "llama-2-70b-chat+v2"
CONTEXT = f"{PACKET}-2"
BACK = "2026-11-17T02:10:21Z"
SETTLES = "2026-11-17T02:12:21Z"  # the way back and the two minutes of serving lag
LOG = "logs/decisions-1.csv"  # found by the example's govern.yaml


def chat(name: str, at: str, cohort: str | None = "xr-na", version: str | None = V2, **fields: Any) -> Row:
    """A decision of the chat at `DAY HH:MM:SS` of November 2026."""
    day, clock = at.split()
    given = {"surface": "chat", "cohort_key": cohort, "model_version_active": version}
    return decision(name, decided_at=f"2026-11-{day}T{clock}Z", **given | fields)


NIGHT = (
    chat("before", "16 09:59:59", version=V1),
    chat("na-1", "16 10:00:00"),
    chat("na-2", "17 01:00:00", policy_pass=False),
    chat("na-unsaid", "17 01:30:00", version=None),
    chat("eu-1", "17 02:00:00", "xr-eu"),
    chat("pc-1", "17 02:00:00", "pc-na"),  # stays on next
    chat("nobody", "17 02:00:00", None, V1),
    chat("na-stale", "17 02:10:55"),
    chat("na-back", "17 02:11:30", version=V1),
    chat("pc-2", "17 02:30:00", "pc-na"),  # the log reaches past the way back
)
MARKED = ["eu-1", "na-1", "na-2", "na-stale"]
LATE = chat("na-late", "17 02:20:00")  # a server that nobody had thought of


def gone_back(team: Team) -> Clone:
    """XR went back; jo's clone, half an hour later, with the log of that night."""
    go(team.jo, *XR)
    jo = team.jo.at("2026-11-17T02:40:00Z")
    logged(jo.directory)
    return jo


def logged(folder: Path, rows: Iterable[Row] = NIGHT, name: str = LOG) -> Path:
    return write_csv(folder / name, rows)
