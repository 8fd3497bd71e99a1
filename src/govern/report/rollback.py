"""The way back in words: what will move, what moved, and what is owed for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Accepted
from govern.domain.records import Record
from govern.domain.state import Packet, State
from govern.domain.windows import duration, instant, spoken
from govern.report.wrap import wrapped

SHOWN = 20  # cohorts that are named; the records name them all


def plan_lines(state: State, decision: Accepted, *, head: str, now: str) -> list[str]:
    """What `execute` would do, in the order in which a person under stress asks for it."""
    lead = decision.events[0]
    body, packet = lead.body, state.packets[lead.stream.partition("/")[2]]
    assert packet.next is not None
    lines = [head, *wrapped(f"{packet.id}, {packet.phase.replace('_', ' ')}", "packet   ")]
    lines += wrapped(_why(packet, body, now), "why      ")
    moves = next(event.body["moves"] for event in decision.events if event.event == "binding_changed/1")
    move = (
        f"{packet.next.baseline} -> {body['to']}"
        if moves
        else f"on {body['to']} here; elsewhere nobody knows"
    )
    lines += wrapped(f"{_names(body['cohorts'])}   {move}", "move     ")
    if body["stay"]:
        lines += wrapped(f"{_names(body['stay'])}   {packet.next.baseline}", "stay     ")
    return lines


def _names(cohorts: Sequence[str]) -> str:
    """Cohorts, as many as a screen holds."""
    more = len(cohorts) - SHOWN
    return " ".join(cohorts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _why(packet: Packet, body: Mapping[str, Any], now: str) -> str:
    fired = next((record for record in packet.fired if record.name == body.get("trigger")), None)
    if fired is None:
        return str(body["reason"])
    ago = spoken(instant(now) - instant(fired.at))
    return f"trigger {fired.body['trigger']}, fired {fired.at[11:19]}, {ago} ago"


def done_lines(
    state: State, records: Sequence[Record], *, recorded: str, published: str | None, said: Sequence[str]
) -> list[str]:
    """RECORDED and PUBLISHED, kept apart; then what is frozen, owed and paused."""
    lead, body = records[0], records[0].body
    clock = lead.when[11:19]
    lines = [f"{clock} RECORDED {recorded[:7]}: {len(records)} records, datafile"]
    cohorts = _names(body["cohorts"])
    if published:
        lines += wrapped(
            f"{cohorts} on {body['to']}{_after_trigger(state, lead)}", f"{clock} PUBLISHED: ", "         "
        )
    lines += wrapped(f"promotions on {body['surface']} for {cohorts}", "frozen   ")
    lines += wrapped(_due(records), "due      ")
    paused = [record.stream.partition("/")[2] for record in records if record.event == "packet_paused/1"]
    if paused:
        lines += wrapped(f"{' '.join(paused)}: built on what went back", "paused   ")
    lines += [line for each in said for line in wrapped(each, "note     ")]
    return [*lines, "yours    working tree, index and HEAD: neither read nor touched"]


def _after_trigger(state: State, lead: Record) -> str:
    packet = state.packets[lead.stream.partition("/")[2]]
    fired = next((record for record in packet.fired if record.name == lead.body.get("trigger")), None)
    if fired is None:
        return ""
    took = spoken(instant(lead.when) - instant(fired.at))
    estimate = state.in_force.view["surfaces"][packet.surface].get("rollback", {}).get("time_to_rollback")
    limit = f" (estimated {spoken(duration(estimate))})" if estimate else ""
    return f", {took} after the trigger{limit}"


def _due(records: Sequence[Record]) -> str:
    body = records[0].body
    owed = [f"relabel by {body['relabel']['due'][5:16].replace('T', ' ')} ({body['relabel']['owner']})"]
    for record in records:
        if record.event == "calibration_review_scheduled/1":
            owed.append(f"calibration review by {record.body['due'][5:10]} ({record.body['owner']})")
    if "note_due" in body:
        owed.append(f"a note by {body['note_due'][5:16].replace('T', ' ')} ({records[0].actor})")
    if "break_glass" in body:
        glass = body["break_glass"]
        owed.append(f"the broken glass is reviewed by {glass['due'][5:10]} ({glass['reviewer']})")
    return "; ".join(owed)


def note_of(state: State, packet: Packet, record: Record) -> list[str]:
    """The note for everyone else, as Markdown."""
    body = record.body
    cohorts = _names(body["cohorts"])
    stay = f"; {_names(body['stay'])} not moved" if body["stay"] else ""
    surface = state.surfaces[body["surface"]]
    now = ", ".join(f"{c}: {current(surface, c).to.baseline}" for c in packet.covered[:SHOWN])
    items = (
        f"Packet {packet.id} on {body['surface']}. By {record.actor}, {record.name}.",
        f"Why: {body.get('note') or body['reason']}.",
        f"Decisions since {body['range']['since']} are to be marked `{body['relabel']['context']}`.",
        f"Who is on what now: {now}.",
    )
    head = wrapped(f"**{cohorts} went back to {body['to']} at {record.when}{stay}.**")
    return [*head, "", *(line for item in items for line in wrapped(item, "- "))]


def data_of(records: Sequence[Record]) -> dict[str, Any]:
    return {
        "records": [{"name": r.name, "event": r.event, "at": r.at, "body": dict(r.body)} for r in records]
    }
