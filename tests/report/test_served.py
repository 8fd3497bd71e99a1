"""The four instants of a rollback in one paragraph: what is known of each, and nothing that is not."""

from dataclasses import replace
from typing import Any

import pytest

from govern.domain.records import Record
from govern.domain.state import Packet
from govern.report.served import instants

NAME = "packets/ranker-v12#9"
VERIFIED = {
    "rollback": NAME, "window": "2026-11-20T02:11:21Z/PT1M",
    "seconds": {"to_recorded": 261, "to_served": 321}, "estimate": "PT5M",
}  # fmt: skip


def record(seq: int, event: str, at: str, body: dict[str, Any]) -> Record:
    return Record(
        None,
        seq,
        "c",
        "packets/ranker-v12",
        seq,
        None,
        event,
        at,
        None,
        "jo",
        False,
        "",
        None,
        {},
        None,
        (),
        body,
    )


FIRED = record(8, "trigger_fired/1", "2026-11-20T02:06:00Z", {"trigger": "xr-dislocation"})
BACK = record(9, "rolled_back/1", "2026-11-20T02:10:21Z", {"trigger": FIRED.name})
SERVED = record(12, "rollback_verified/1", "2026-11-20T02:13:00Z", VERIFIED)
LATE = replace(BACK, at="2026-11-21T00:30:00Z", happened_at=BACK.at)
ALONE = replace(BACK, body={})
NO_ESTIMATE = replace(SERVED, body=VERIFIED | {"estimate": None})
FIRST = "Fired 02:06:00 (xr-dislocation). RECORDED 02:10:21, after 4 min 21 s. "
SLOW = "SERVED 02:11:21, after 5 min 21 s, slower than the estimated 5 min."


@pytest.mark.parametrize(
    ("rollback", "served", "told"),
    [
        (BACK, None, f"{FIRST}PUBLISHED: the ledger keeps no time. SERVED: not verified yet."),
        (BACK, SERVED, f"{FIRST}PUBLISHED: the ledger keeps no time. {SLOW}"),
        (LATE, SERVED, f"{FIRST}PUBLISHED 2026-11-21T00:30:00Z, after 22 h 24 min. {SLOW}"),
        (ALONE, NO_ESTIMATE, "No trigger fired. RECORDED 02:10:21. PUBLISHED: the ledger keeps no time."
                             " SERVED 02:11:21, after 1 min, estimated by nobody."),
    ],
)  # fmt: skip
def test_instants_are_kept_apart(rollback: Record, served: Record | None, told: str) -> None:
    packet = Packet("ranker-v12", fired=[FIRED], history=[rollback], served={NAME: served} if served else {})
    assert instants(packet, rollback) == told
