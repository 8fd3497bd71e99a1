"""The way back in words: what will move, what moved, and what is owed for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Accepted
from govern.domain.lane import end_of
from govern.domain.records import Record
from govern.domain.rollback.scope import superseded
from govern.domain.state import EVERYONE, Packet, State
from govern.domain.windows import duration, instant, spoken
from govern.report.served import instants
from govern.report.wrap import wrapped

SHOWN = 20  # cohorts that are named; the records name them all


def plan_lines(
    state: State, decision: Accepted, *, head: str, now: str, named: Sequence[str] = ()
) -> list[str]:
    """What `execute` would do, packet by packet, in the order in which a person under stress asks for it.

    `named` are the cohorts that were typed: of those who do not go it is said where they are.
    """
    lines, left = [head], set(named)
    moved = {
        (event.stream, move["cohort"])
        for event in decision.events
        if event.event == "binding_changed/1"
        for move in event.body["moves"]
    }
    for event in decision.events:
        if event.event == "rolled_back/1":
            packet = state.packets[event.stream.partition("/")[2]]
            known = any((f"surfaces/{packet.surface}", cohort) in moved for cohort in event.body["cohorts"])
            lines += _part_lines(state, packet, event.body, now=now, known=known)
            left -= set(event.body["cohorts"])
    on = [
        f"{cohort} on {current(surface, cohort).to.baseline}"
        for surface in state.surfaces.values()
        for cohort in sorted(left)
        if cohort in surface.cohorts
    ]
    return lines + (wrapped(f"{', '.join(on)}: nothing to do", "back     ") if on else [])


def _part_lines(state: State, packet: Packet, body: Mapping[str, Any], *, now: str, known: bool) -> list[str]:
    """One packet of it: what it is, why, who moves and who stays."""
    assert packet.next is not None
    lines = wrapped(f"{packet.id}, {packet.phase.replace('_', ' ')}", "packet   ")
    lines += wrapped(_why(packet, body, now), "why      ")
    move = (
        f"{packet.next.baseline} -> {body['to']}"
        if known
        else f"on {body['to']} here; elsewhere nobody knows"
    )
    lines += wrapped(f"{_names(body['cohorts'])}   {move}", "move     ")
    if body["stay"]:
        lines += wrapped(f"{_names(body['stay'])}   {packet.next.baseline}", "stay     ")
    newer = superseded(state, packet, body["to"])
    if newer is not None:
        said = f"{newer.to.baseline} replaced {body['to']} on {newer.at[5:10]}; binding {body['to']}"
        rehearsed = ", as rehearsed" if packet.prev and packet.prev.baseline == body["to"] else ""
        lines += wrapped(f"{said}{rehearsed}. For the newer one: --to {newer.to.baseline}", "note     ")
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
    clock = records[0].when[11:19]
    lines = [f"{clock} RECORDED {recorded[:7]}: {len(records)} records, datafile"]
    for record in records if published else ():
        if record.event == "rolled_back/1":
            back = f"{_names(record.body['cohorts'])} on {record.body['to']}{_after_trigger(state, record)}"
            lines += wrapped(back, f"{clock} PUBLISHED: ", "         ")
    for record in records:
        if record.event == "promotions_frozen/1":
            cohorts = record.body["cohorts"]
            who = "everybody" if EVERYONE in cohorts else _names(cohorts)
            lines += wrapped(f"promotions on {record.stream.partition('/')[2]} for {who}", "frozen   ")
    lines += _lanes(records)
    lines += wrapped("; ".join(dict.fromkeys(_due(records))), "due      ")
    paused = [record.stream.partition("/")[2] for record in records if record.event == "packet_paused/1"]
    if paused:
        lines += wrapped(f"{' '.join(paused)}: built on what went back", "paused   ")
    lines += [line for each in said for line in wrapped(each, "note     ")]
    return [*lines, "yours    working tree, index and HEAD: neither read nor touched"]


def _lanes(records: Sequence[Record]) -> list[str]:
    """Who is in mitigation now, and whom somebody only watches."""
    entered = [record.body for record in records if record.event == "mitigation_entered/1"]
    lines: list[str] = []
    if entered:
        ids, owner = [body["mitigation_mode_id"] for body in entered], entered[0]["state_owner"]
        lines += wrapped(
            f"{_names(ids)}, owner {owner}, decided by {end_of(entered[0]['expiry_window'])[:10]}",
            "lanes    ",
        )
    for record in records:
        for each in record.body.get("joined", ()) if record.event == "rolled_back/1" else ():
            lines += wrapped(f"{each['lane']} covers this too; its attempt is over", "lanes    ")
        if watched := record.body.get("watched"):
            said = f"{_names(watched['cohorts'])} until {watched['until'][:10]} ({watched['owner']}), no lane"
            lines += wrapped(said, "watched  ")
    return lines


def _after_trigger(state: State, lead: Record) -> str:
    packet = state.packets[lead.stream.partition("/")[2]]
    fired = next((record for record in packet.fired if record.name == lead.body.get("trigger")), None)
    if fired is None:
        return ""
    took = spoken(instant(lead.when) - instant(fired.at))
    estimate = state.in_force.view["surfaces"][packet.surface].get("rollback", {}).get("time_to_rollback")
    limit = f" (estimated {spoken(duration(estimate))})" if estimate else ""
    return f", {took} after the trigger{limit}"


def _due(records: Sequence[Record]) -> list[str]:
    """What is owed, in the order of the records; what several packets owe alike is said once."""
    body = records[0].body  # the dates and the people are the same for all packets
    owed = [f"relabel by {body['relabel']['due'][5:16].replace('T', ' ')} ({body['relabel']['owner']})"]
    for record in records:
        if record.event == "calibration_review_scheduled/1":
            owed.append(f"calibration review by {record.body['due'][5:10]} ({record.body['owner']})")
    if "note_due" in body:
        owed.append(f"a note by {body['note_due'][5:16].replace('T', ' ')} ({records[0].actor})")
    if "break_glass" in body:
        glass = body["break_glass"]
        owed.append(f"the broken glass is reviewed by {glass['due'][5:10]} ({glass['reviewer']})")
    return owed


def note_of(state: State, packet: Packet, record: Record) -> list[str]:
    """The note for everyone else, as Markdown."""
    body = record.body
    cohorts = _names(body["cohorts"])
    stay = f"; {_names(body['stay'])} not moved" if body["stay"] else ""
    surface = state.surfaces[body["surface"]]
    holding: dict[str, list[str]] = {}
    for cohort in packet.covered:
        holding.setdefault(current(surface, cohort).to.baseline, []).append(cohort)
    now = "; ".join(f"{baseline}: {_names(cohorts)}" for baseline, cohorts in holding.items())
    items = (
        f"Packet {packet.id} on {body['surface']}. By {record.actor}, {record.name}.",
        f"Why: {_said(packet, record)}.",
        instants(packet, record),
        _marked(packet, record),
        f"Who is on what now: {now}.",
        *(f"Reviewed by {seen.actor}, {seen.name}: {_plain(seen)}." for seen in _reviews(packet, record)),
    )
    head = wrapped(f"**{cohorts} went back to {body['to']} at {record.when}{stay}.**")
    return [*head, "", *(line for item in items for line in wrapped(item, "- "))]


def _said(packet: Packet, record: Record) -> str:
    """Why: the newest note on it, else what was said as it went back, at least the reason."""
    notes = [seen for seen in packet.notes if seen.body["rollback"] == record.name]
    later = [seen for seen in notes if not seen.body["reviewed"]]
    return _plain(later[-1] if later else record)


def _plain(seen: Record) -> str:
    """The words of a note, to go on with in a sentence; a rollback without one has its reason."""
    return str(seen.body.get("note") or seen.body["reason"]).rstrip(".")


def _reviews(packet: Packet, record: Record) -> list[Record]:
    return [seen for seen in packet.notes if seen.body["reviewed"] and seen.body["rollback"] == record.name]


def _marked(packet: Packet, record: Record) -> str:
    """What has become of the decisions of the incident."""
    since, relabel = record.body["range"]["since"], record.body["relabel"]
    steps = [step for step in packet.relabeled if step.body["rollback"] == record.name]
    if not steps:
        return f"Decisions since {since} are to be marked `{relabel['context']}`, by {relabel['due']}."
    marked = (
        f"{steps[-1].body['sidecar']['rows']:,} decisions since {since} are marked `{relabel['context']}`"
    )
    proved = (
        "none is left out" if steps[-1].body["step"] == "verified" else f"to be proved by {relabel['due']}"
    )
    return f"{marked}; {proved}."


def data_of(records: Sequence[Record]) -> dict[str, Any]:
    return {
        "records": [{"name": r.name, "event": r.event, "at": r.at, "body": dict(r.body)} for r in records]
    }
