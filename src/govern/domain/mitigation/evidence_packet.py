"""The evidence packet of a re-entry decision: all that it was decided on, in one value with one digest.

State snapshot, replay summary, criteria matrix, confidence derivation and the decision itself, built from the ledger
alone. `evidence_hash` is of the packet as canonical JSON without that field, so that anyone can check it with a
dozen lines of code; the bytes lie in the ledger's inputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Documents, canonical, digest_of
from govern.domain.lane import DECIDED, Lane, name_of, slug
from govern.domain.mitigation.reentry import Assessment, Judged
from govern.domain.records import Record
from govern.domain.state import State

METHOD = "wilson_lower_95"


@dataclass(frozen=True)
class EvidencePacket:
    """`data` are its bytes; `reference` is how a record names it."""

    value: Mapping[str, Any]

    @property
    def data(self) -> bytes:
        return canonical(self.value) + b"\n"

    @property
    def reference(self) -> dict[str, str]:
        return {
            "id": self.value["packet_id"],
            "evidence_hash": self.value["evidence_hash"],
            "sha256": digest_of(self.data),
        }


def packet_id(state: State, lane: Lane) -> str:
    """`re-xr-eu-02`: the second decision on the cohort, whatever lane it was taken in."""
    lanes = state.lanes.get(lane.cohort, ())
    decisions = sum(name_of(record) == DECIDED for each in lanes for record in each.history)
    return f"re-{slug(lane.cohort)}-{decisions + 1:02}"


def packed(
    state: State,
    lane: Lane,
    found: Assessment,
    replays: Sequence[Record],
    window: str,
    decision: Mapping[str, Any],
) -> EvidencePacket:
    """What a decision rests on, as it is at this moment."""
    value: dict[str, Any] = {
        "packet_id": packet_id(state, lane),
        "cohort_key": lane.cohort,
        "mitigation_mode_id": lane.id,
        "decision_window": window,
        "state": _snapshot(lane),
        "replays": [_summary(record) for record in replays],
        "criteria": [_row(each) for each in found.criteria],
        "signals": [_row(each) for each in found.signals],
        "confidence": {
            "method": METHOD,
            "value": found.confidence,
            "windows": [
                {"window": w.window, "n": w.n, "passed": w.passed, "confidence": w.confidence}
                for w in found.windows
            ],
        },
        "decision": dict(decision),
    }
    return EvidencePacket({**value, "evidence_hash": hash_of(value)})


def hash_of(value: Mapping[str, Any]) -> str:
    """sha256 of the packet without the field that holds it."""
    return digest_of(canonical({name: part for name, part in value.items() if name != "evidence_hash"}))


def read_packet(documents: Documents, reference: Mapping[str, str]) -> dict[str, Any]:
    """The packet that a decision names, from the ledger; a Refusal where it is not what was decided on."""
    value = documents.table(reference["sha256"])[0]
    if (value["packet_id"], hash_of(value)) != (reference["id"], reference["evidence_hash"]):
        raise Refusal(f"the evidence packet {reference['id']} is not the one that was decided on")
    return value


def _snapshot(lane: Lane) -> dict[str, Any]:
    entered = lane.entered.body
    kept = ("mitigation_entry_reason_code", "entry_timestamp_utc", "active_policy_version")
    return {
        **{name: entered[name] for name in kept},
        "reentry_criteria_version": entered["reentry_criteria_version"],
        "criteria": {"id": lane.criteria, "digest": lane.frozen[f"criteria/{lane.criteria}"]},
        "state_owner": lane.owner,
        "critical": lane.critical,
        "surfaces": list(lane.surfaces),
        "packets": list(lane.packets),
        "attempt": lane.attempt,
        "reached": [record.name for record in lane.reached],
        "expiry_window": lane.expiry,
        "regressive": [record.name for record in lane.regressive],
        "open_actions": [action.id for action in lane.open_actions],
    }


def _summary(record: Record) -> dict[str, Any]:
    kept = (
        "pack",
        "candidate",
        "window",
        "n",
        "passed",
        "route_mismatches",
        "owner_mutations",
        "side_effects",
    )
    return {"record": record.name, **{name: record.body[name] for name in kept}}


def _row(judged: Judged) -> dict[str, Any]:
    return {
        "criterion": judged.criterion,
        "rule": judged.rule,
        "outcome": judged.outcome,
        "value": judged.value,
        "limit": judged.limit,
        "n": judged.n,
    }
