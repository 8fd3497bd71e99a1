"""Which replays of a packet the ledger holds, for triggers that count clusters: each was reviewed in one of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.evidence.replaying import SOURCE
from govern.domain.firing import Rule
from govern.domain.records import Record
from govern.domain.state import Packet


def replays_of(packet: Packet) -> Sequence[Record]:
    return [record for record in packet.evidence if record.body["source"]["name"] == SOURCE]


def named_by(record: Record) -> tuple[str, ...]:
    """What people call it: the record, or the pack."""
    pack = record.body["source"]["params"].get("pack")
    return (record.name, str(pack)) if pack else (record.name,)


def require_reviewed(packet: Packet, rule: Rule, values: Iterable[Mapping[str, Any]]) -> None:
    """Refusal unless a window counts as many clusters as it names, each reviewed in a replay on record."""
    known = {record.name for record in replays_of(packet)}
    for value in values:
        named = value.get("clusters", ())
        if rule.unit == "clusters":
            distinct = {each["cluster"] for each in named}
            if value["value"] is not None and len(distinct) != value["value"]:
                raise Refusal(
                    f"{value['window']}: {value['value']} clusters are counted, {len(distinct)} named"
                )
        elif named:
            raise Refusal(f"{value['window']}: clusters are named, and {rule.unit or 'windows'} are counted")
        if other := sorted({each["replay"] for each in named} - known):
            raise Refusal(
                f"no replay of {packet.id} is recorded as {', '.join(other)}",
                type_line=f"govern evidence replay {packet.id} --build NEW-FOLDER",
            )
