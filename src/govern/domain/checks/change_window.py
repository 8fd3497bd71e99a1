"""Is it a time of the week at which somebody would notice, or has a person who may roll back declared to be on call?

Closed times are policy's, in UTC, and may run over the weekend. On call counts who holds the role now, is an owner
of the packet's way back, and declared no more hours than policy allows.

To pass: Wait for the hour that is named, or somebody who may roll back declares to be on call: govern packet on-call
PACKET --until INSTANT.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.verdict import Verdict
from govern.domain.windows import after, duration, instant, minutes_in_week, written

WEEK = 7 * 24 * 60  # minutes


def check(border: Border) -> Verdict:
    window = border.policy.numbers["change_window"]
    until = _closed_until(window["closed"], border.now)
    if until is None:
        return Verdict("change_window", "passed", "open")
    people = _people(border, window["unless_on_call"])
    for record in reversed(border.packet.on_call):
        if record.actor in people and _covers(record, border.now, window["on_call_at_most"]):
            text = f"closed until {until}; {record.actor} is on call until {record.body['until']}"
            return Verdict("change_window", "passed", text, uses=(record.name,))
    here = border.actor.person in people and not border.actor.claimed
    return Verdict(
        "change_window",
        "failed",
        f"closed until {until}, and nobody is on call",
        flips=(f"it opens at {until}",),
        todo=f"govern packet on-call {border.packet.id} --until {after(border.now, window['on_call_at_most'])}",
        turn=None if here or not people else people[0],
    )


def _people(border: Border, role: str) -> list[str]:
    owners = border.value["owners"]["rollback_execute"]
    return [person for person in owners if border.policy.holds(Actor(person), role)]


def _covers(record: Record, now: str, at_most: str) -> bool:
    since, until = record.body["since"], record.body["until"]
    return since <= now < until and instant(until) - instant(since) <= duration(at_most)


def _closed_until(closed: Sequence[Mapping[str, str]], now: str) -> str | None:
    """The instant at which it opens, None where it is open; one closed time may run into the next."""
    moment = until = instant(now).replace(second=0)
    for _ in closed:
        until += timedelta(minutes=max((_left(each, until) for each in closed), default=0))
    return written(until) if until > moment else None


def _left(closed: Mapping[str, str], moment: datetime) -> int:
    """Minutes until this closed time ends; 0 outside of it. Half-open, and it may wrap around the week."""
    begin, end = minutes_in_week(closed["from"]), minutes_in_week(closed["to"])
    minute = moment.weekday() * 1440 + moment.hour * 60 + moment.minute
    return (end - minute) % WEEK if (minute - begin) % WEEK < (end - begin) % WEEK else 0
