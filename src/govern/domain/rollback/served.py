"""`rollback verify`: next was seen to decide nothing any more, so the way back is SERVED, for each of its cohorts.

The record holds the window from which on the decision log has none of next, and how long that took beside the
estimate. What the log says is measured elsewhere; here it is held against the rollback.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.duties import closing
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed, packet_known, rollback_named, trigger_of
from govern.domain.state import Packet, State
from govern.domain.windows import after, duration, instant
from govern.errors import ExitCode


@dataclass(frozen=True)
class VerifyServed:
    """`measured` is the body of `rollback_verified`; of it `window`, `cohorts`, `last` and `log` are taken, the rest
    is derived. `rollback` is the record of the rollback."""

    do: ClassVar[str] = "verify-served"
    packet: str
    rollback: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)


def decide(state: State, documents: Documents, command: VerifyServed, actor: Actor, now: str) -> Decision:
    packet = packet_known(state, command.packet)
    rollback = rollback_named(packet, command.rollback)
    seen = command.measured
    _require_window(rollback, seen, now)
    _require_cohorts(rollback, seen)
    _require_log(seen, now)
    known = packet.served.get(rollback.name)
    line = _next(state, packet)
    if known is not None and known.body["window"] == seen["window"]:
        raise Refusal(
            f"recorded already: {known.name}",
            type_line=line,
            exit=ExitCode.YES,
        )
    fired = trigger_of(packet, rollback)
    body = {
        "rollback": rollback.name,
        "window": seen["window"],
        "cohorts": list(seen["cohorts"]),
        "last": seen["last"],
        "log": dict(seen["log"]),
        "seconds": _seconds(rollback, fired, _start(seen)),
        "estimate": estimate(state, documents, packet),
    }
    uses = (rollback.name, *([fired.name] if fired else []))
    event = Event(f"packets/{packet.id}", "rollback_verified/1", body, uses)
    return Accepted((event,), asked(command), next=line)


def estimate(state: State, documents: Documents, packet: Packet) -> str | None:
    """How long the way back was said to take: by next's frozen baseline, else by its surface in the policy."""
    key = f"baselines/{packet.next.baseline}" if packet.next else ""
    own = documents.frozen(key, packet.frozen[key]).value.get("rollback", {}) if key in packet.frozen else {}
    found: str | None = own.get("time_to_rollback", estimate_of_surface(state, packet.surface))
    return found


def estimate_of_surface(state: State, surface: str) -> str | None:
    """What the policy in force says of every way back on a surface."""
    said = state.in_force.view["surfaces"].get(surface, {}).get("rollback", {})
    found: str | None = said.get("time_to_rollback")
    return found


def slower(body: Mapping[str, Any]) -> bool:
    """It took longer until it was served than had been estimated."""
    return body["estimate"] is not None and body["seconds"]["to_served"] > _length(body["estimate"])


def outgrown(state: State) -> Iterator[tuple[Packet, Record]]:
    """Surfaces whose last way back was slower than estimated, by packet, until the policy estimates more."""
    last: dict[str, tuple[Packet, Record]] = {}
    for packet in state.packets.values():
        for record in packet.served.values():
            if packet.surface not in last or last[packet.surface][1].n < record.n:
                last[packet.surface] = packet, record
    for surface, (packet, record) in sorted(last.items()):
        said = estimate_of_surface(state, surface)
        if slower(record.body) and not (said and record.body["seconds"]["to_served"] <= _length(said)):
            yield packet, record


def _length(text: str) -> int:
    return int(duration(text).total_seconds())


def _start(seen: Mapping[str, Any]) -> str:
    start: str = seen["window"].partition("/")[0]
    return start


def _require_window(rollback: Record, seen: Mapping[str, Any], now: str) -> None:
    """A window counted from the rollback and over by now, with the last decision on next before it."""
    start, _, length = seen["window"].partition("/")
    if duration(length).total_seconds() <= 0 or after(start, length) > now:
        raise Refusal(f"the window {seen['window']} is not over: it is {now}")
    away = int((instant(start) - instant(rollback.when)).total_seconds())
    if away < 0 or away % _length(length):
        raise Refusal(f"the window {seen['window']} is not counted from {rollback.when}, the rollback")
    if seen["last"] is not None and not rollback.when <= seen["last"] < start:
        raise Refusal(f"the last decision on next, {seen['last']}, is not between the rollback and {start}")


def _require_cohorts(rollback: Record, seen: Mapping[str, Any]) -> None:
    """All of its cohorts and no other, each with decisions that say which version decided."""
    named = [row["cohort"] for row in seen["cohorts"]]
    if named != sorted(set(rollback.body["cohorts"])):
        raise Refusal(f"served is shown for {', '.join(named)}: not for the cohorts of {rollback.name}")
    for row in seen["cohorts"]:
        if not 0 <= row["back"] <= row["n"] - row["no_version"] or row["n"] <= row["no_version"]:
            raise Refusal(f"{row['cohort']}: its decisions show nothing")


def ahead_of_clock(last: str) -> str:
    return f"the log's last decision, {last}, lies ahead of the clock"


def _require_log(seen: Mapping[str, Any], now: str) -> None:
    """It reaches to the end of the window and not past now, and has as many decisions as were counted."""
    log, (start, _, length) = seen["log"], seen["window"].partition("/")
    if log["last"] > now:
        raise Refusal(ahead_of_clock(log["last"]), type_line="--log FILE")
    if log["last"] < after(start, length):
        raise Refusal(f"the log ends {log['last']}, before the window {seen['window']} is over")
    if log["rows"] < sum(row["n"] for row in seen["cohorts"]):
        raise Refusal(f"more is counted of its cohorts than the {log['rows']:,} decisions of the log")


def _seconds(rollback: Record, fired: Record | None, served: str) -> dict[str, int]:
    """From the trigger, without one from the rollback. When it was published the ledger knows only of one that was
    recorded while the remote was away: then it was decided again as it went out."""
    start = instant(min(fired.when, rollback.when) if fired else rollback.when)
    reached = {"to_recorded": rollback.when, "to_served": served}
    reached |= {"to_published": rollback.at} if rollback.happened_at else {}
    return {name: int((instant(at) - start).total_seconds()) for name, at in reached.items()}


def _next(state: State, packet: Packet) -> str:
    relabel = owed(state, "relabel", packet.id)
    return closing(relabel[0]) if relabel else f"govern rollback show {packet.id} --format markdown"


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).served[record.body["rollback"]] = record


CAPABILITY = Capability(
    writers=(
        Writer(VerifyServed, decide, ("rollback_verified/1",), automation=True, claimed=True, offline=True),
    ),
    folds={"rollback_verified/1": fold},
)
