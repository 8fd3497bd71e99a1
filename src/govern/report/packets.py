"""A packet as the ledger knows it, in words and as data."""

from collections import Counter
from typing import Any

from govern.domain.state import Packet
from govern.report.wrap import wrapped


def packet_lines(packet: Packet) -> list[str]:
    lines = [
        f"{packet.id}   {packet.phase}" + (f", paused by {packet.paused_by}" if packet.paused_by else "")
    ]
    if packet.prev and packet.next:
        lines.append(f" surface   {packet.surface}: {packet.prev.baseline} -> {packet.next.baseline}")
    if packet.stages:
        stages = Counter(packet.stages.values())
        lines += wrapped(", ".join(f"{count} {stage}" for stage, count in stages.items()), " cohorts   ")
        for stage in ("canary", "wide", "back"):
            here = sorted(cohort for cohort, at in packet.stages.items() if at == stage)
            if here:
                lines += wrapped(" ".join(here), f"   {stage:<8}")
    if packet.frozen:
        lines += wrapped(" ".join(packet.frozen), f" frozen    by {packet.frozen_by}: ", "           ")
    if packet.change:
        lines += wrapped(
            str(packet.change.body["reason"]), f" change    open, {packet.change.name}: ", "           "
        )
    for name, records in (
        ("evidence", packet.evidence),
        ("waivers", packet.waivers),
        ("risks", packet.risks),
    ):
        if records:
            lines += wrapped(" ".join(record.name for record in records), f" {name:<10}")
    return lines


def packet_data(packet: Packet) -> dict[str, Any]:
    return {
        "id": packet.id,
        "phase": packet.phase,
        "attempt": packet.attempt,
        "surface": packet.surface,
        "prev": packet.prev.as_value() if packet.prev else None,
        "next": packet.next.as_value() if packet.next else None,
        "cohorts": dict(packet.stages),
        "frozen": dict(packet.frozen),
        "paused_by": packet.paused_by,
        "change": packet.change.name if packet.change else None,
        "evidence": [record.name for record in packet.evidence],
        "waivers": [record.name for record in packet.waivers],
    }
