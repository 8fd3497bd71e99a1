"""Relabelling what a version decided during an incident: what is recorded of it, and when the duty is settled.

Counts and digests come in; here they are held against the rollback that they are about. Marking settles nothing: the
duty ends with a proof that no decision is left out, in a log that reaches past the way back. It is owed again where
more is marked later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Duty, Packet, State
from govern.domain.windows import after
from govern.errors import ExitCode


@dataclass(frozen=True)
class Relabel:
    """One step for one rollback: `relabeled` is the body of `decisions_relabeled`."""

    do: ClassVar[str] = "relabel"
    packet: str
    relabeled: Mapping[str, Any] = field(metadata=PAYLOAD)


def decide(state: State, documents: Documents, command: Relabel, actor: Actor, now: str) -> Decision:
    packet, body = state.packet(command.packet), dict(command.relabeled)
    rolled_back = rollback_of(packet, body["rollback"])
    if rolled_back is None:
        raise Refusal(
            f"{packet.id} has no rollback {body['rollback']}", type_line=f"govern relabel plan {packet.id}"
        )
    if wrong := _wrong(rolled_back, body, now):
        raise Refusal(f"the figures do not fit {rolled_back.name}: {wrong}")
    if body["step"] == "applied":
        uses = _marked(packet, rolled_back, body)
        line = f"govern relabel verify {packet.id}"
    else:
        uses = _proved(state, packet, rolled_back, body)
        line = f"govern relabel export {packet.id} --out outcomes.csv"
    event = Event(f"packets/{packet.id}", "decisions_relabeled/1", body, uses)
    return Accepted((event,), asked(command), next=line)


def rollback_of(packet: Packet, name: str) -> Record | None:
    return next((record for record in packet.rollbacks if record.name == name), None)


def newest(packet: Packet, rollback: str, step: str) -> Record | None:
    """The newest record of a step for a rollback: of several sidecars the last one counts."""
    found = (record for record in reversed(packet.relabeled) if record.body["rollback"] == rollback)
    return next((record for record in found if record.body["step"] == step), None)


def proof_of(packet: Packet, applied: Record) -> Record | None:
    """The proof of a sidecar, which always comes after its marking."""
    proof = newest(packet, applied.body["rollback"], "verified")
    return proof if proof is not None and proof.n > applied.n else None


def proves_from(state: State, rolled_back: Record) -> str:
    """How far a log has to reach: past the way back, and past the time in which an old stamp is only late."""
    settings = state.in_force.view["surfaces"][rolled_back.body["surface"]]
    return after(rolled_back.when, settings["serving_lag"])


def _wrong(rolled_back: Record, body: Mapping[str, Any], now: str) -> str:
    """What contradicts the rollback, the clock, or itself; empty where nothing does."""
    about = rolled_back.body
    owed = [*body["cohorts"], *([body["other_keys"]] if "other_keys" in body else [])]
    tallies = [*owed, body["no_key"]]
    if body["context"] != about["relabel"]["context"]:
        return f"its context is {about['relabel']['context']}"
    if [row["cohort"] for row in body["cohorts"]] != about["cohorts"]:
        return "its cohorts are others"
    if body["range"]["since"] != about["range"]["since"] or body["range"]["until"] < rolled_back.when:
        return f"its range begins {about['range']['since']} and ends {rolled_back.when} or later"
    if any(
        not row["relabelled"] <= row["on_version"] <= row["in_window"] or row["no_version"] > row["in_window"]
        for row in tallies
    ):
        return "more is counted of a cohort than there is"
    if any(row["relabelled"] != row["on_version"] for row in owed):
        return "not all of what the version decided is marked"
    if body["no_key"]["relabelled"] not in (
        0,
        body["no_key"]["on_version"],
    ):  # all where the default went back
        return "decisions without a key are marked in part"
    if body["log"]["last"] > now:
        return f"its log reaches {body['log']['last']}, and it is {now}"
    if sum(row["relabelled"] for row in tallies) != body["sidecar"]["rows"]:
        return "the sidecar has another number of rows"
    return ""


def _marked(packet: Packet, rolled_back: Record, body: Mapping[str, Any]) -> tuple[str, ...]:
    """What marking rests on. Refusal where this sidecar is recorded already."""
    last = newest(packet, rolled_back.name, "applied")
    if last is not None and last.body["sidecar"] == body["sidecar"]:
        raise Refusal(
            f"nothing to do: {last.name} holds this sidecar",
            type_line=f"govern relabel verify {packet.id}",
            exit=ExitCode.YES,
        )
    return (rolled_back.name,)


def _proved(state: State, packet: Packet, rolled_back: Record, body: Mapping[str, Any]) -> tuple[str, str]:
    """What a proof rests on. Refusal where it proves nothing, or was recorded already."""
    again = f"govern relabel apply {packet.id}"
    last = newest(packet, rolled_back.name, "applied")
    if last is None or last.body["sidecar"] != body["sidecar"]:
        raise Refusal(f"the sidecar is not the one that is recorded for {rolled_back.name}", type_line=again)
    proof, rows = body["proof"], body["sidecar"]["rows"]
    if proof["missing"] or proof["extra"] or not proof["due"] == proof["marked"] == rows:
        raise Refusal(
            f"{proof['missing']:,} decisions are left out and {proof['extra']:,} others are marked",
            type_line=again,
        )
    wanted = proves_from(state, rolled_back)
    if body["log"]["last"] < wanted:
        raise Refusal(unproved(body["log"]["last"], wanted), type_line=f"govern relabel verify {packet.id}")
    done = proof_of(packet, last)
    if done is not None:
        raise Refusal(f"nothing to do: {done.name} has proved this sidecar", exit=ExitCode.YES)
    return (rolled_back.name, last.name)


def unproved(last: str, wanted: str) -> str:
    return f"the log ends at {last}, before {wanted}: nothing proves that no later decision was on next"


def fold(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    packet.relabeled.append(record)
    rolled_back = rollback_of(packet, record.body["rollback"])
    if rolled_back is None:
        return
    others = [duty for duty in state.duties if (duty.kind, duty.record) != ("relabel", rolled_back.name)]
    if record.body["step"] == "verified":
        state.duties = others
    elif others == state.duties:  # it was settled, and then more was found to mark
        owed = rolled_back.body["relabel"]
        surface = rolled_back.body["surface"]
        state.duties.append(Duty("relabel", surface, packet.id, owed["owner"], owed["due"], rolled_back.name))


CAPABILITY = Capability(
    writers=(
        Writer(Relabel, decide, ("decisions_relabeled/1",), automation=True, claimed=True, offline=True),
    ),
    folds={"decisions_relabeled/1": fold},
)
