"""A replay pack as evidence: what its recorded counts have to be.

A decision is complete where stamp, bundle and the ledger's timeline agree and no byte is missing, else it is broken.
What the counts mean for a border is decided by the check `replay_pack`; whether they are true is not known here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.evidence.rows import FIELDS, counted, is_count
from govern.domain.evidence.stamping import moved_at
from govern.domain.state import Packet, State

SOURCE = "replay_pack"
ORIGINS = ("support", "qa", "synthetic")  # where the decisions of a pack come from
OUTCOMES = ("complete", "broken")


def require(
    state: State, packet: Packet, body: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], now: str
) -> None:
    """A Refusal unless the rows can come from a pack of decisions that were really made, on next, until now."""
    if wrong := wrong_replays(rows):
        raise Refusal(f"the table does not hold a replay pack: {wrong}")
    if others := sorted({row["cohort"] for row in rows} - set(packet.on_next)):
        raise Refusal(f"cohorts that {packet.id} has not on next: {', '.join(others[:5])}")
    params = body["source"]["params"]
    if params.get("origin") not in ORIGINS or params["origin"] == "synthetic":
        raise Refusal(
            f"decisions of origin {params.get('origin')} show nothing of {packet.id}: a pack from support or qa does",
            type_line=f"govern evidence replay {packet.id} --build NEW-FOLDER --source support",
        )
    last = params.get("last")
    if not isinstance(last, str) or last > now:
        raise Refusal(f"the pack holds a decision of {last}, and it is {now}")
    for row in rows:
        if last < (moved := moved_at(state, packet, row["cohort"])):
            raise Refusal(
                f"{row['cohort']} moved at {moved}, after the pack's last decision at {last}",
                type_line=f"govern evidence replay {packet.id} --build NEW-FOLDER --source support",
            )
    if (told := counted(rows)) > (read := body["source"]["input"]["rows"]):
        raise Refusal(f"{told:,} decisions are counted of a pack of {read:,}")
    if body["windows"]:
        raise Refusal("a replay pack is measured in no window")


def wrong_replays(rows: Sequence[Any]) -> str:
    """What is wrong with the first row that is not as it has to be: one row a cohort. Empty where all is well."""
    seen = set()
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping) or set(row) != FIELDS:
            return f"row {place}: it has not the fields {', '.join(sorted(FIELDS))}"
        if field := _wrong_field(row):
            return f"row {place}: `{field}`"
        if row["cohort"] in seen:
            return f"row {place}: {row['cohort']} stands there twice"
        seen.add(row["cohort"])
    return "" if rows else "it has no row"


def _wrong_field(row: Mapping[str, Any]) -> str:
    counts = row["counts"]
    whole = isinstance(counts, Mapping) and set(counts) == set(OUTCOMES)
    whole = whole and all(is_count(count) for count in counts.values())
    right = {
        "kpi": row["kpi"] is None,
        "cohort": isinstance(row["cohort"], str),
        "window": row["window"] is None,
        "arm": row["arm"] == "next",
        "counts": whole,
        "n": is_count(row["n"]) and whole and 0 < row["n"] == sum(counts.values()),
        "excluded": is_count(row["excluded"]),
        "value": row["value"] is None,
    }
    return next((field for field, good in right.items() if not good), "")
