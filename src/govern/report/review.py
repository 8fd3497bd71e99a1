"""`govern review`: the weekly agenda on one screen, the failure matrix first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from govern.domain.duties import closing
from govern.domain.lane import end_of
from govern.domain.mitigation.agenda import Agenda, OpenLane
from govern.domain.mitigation.failure_matrix import CONDITIONS, Match
from govern.domain.mitigation.lane_debt import Fault
from govern.domain.records import Record
from govern.domain.state import EVERYONE
from govern.domain.windows import instant
from govern.report.answer import Answer
from govern.report.records import few
from govern.report.status import blocked_lines, dated, day, expiry
from govern.report.wrap import wrapped

WIDEST = max(map(len, CONDITIONS))
Dated = Sequence[tuple[str, str]]  # instant, what


def review_answer(
    found: Agenda,
    waiting: list[tuple[str, str, list[str]]],
    verified: Iterable[tuple[str, str, str | None]],
    *,
    top: Sequence[str],
    now: str,
    holds: bool | None,
) -> Answer:
    """`waiting` are packets with their border and why, `verified` baselines with the end of their verification.

    `holds`: whether who asks may hold the review; None where it is a look back.
    """
    moment = instant(now)
    owed = sorted(
        [
            (duty.due, f"{duty.kind.replace('_', ' ')} of {duty.packet} ({duty.owner})")
            for duty in found.duties
        ]
        + [(until, f"{baseline} is to be verified again") for baseline, until, _ in verified]
    )
    waivers = [(each.expires, f"{each.packet} {each.of} ({each.owner})") for each in found.waivers]
    lines = [*top, *wrapped(_said(found), "", "  "), *_matrix(found.matrix, moment)]
    lines += _lanes(found.lanes, moment)
    lines += _dated("CORRECTIVE", _work(found), moment, now)
    lines += _dated("WAIVERS", waivers, moment)
    lines += _dated("DUTIES", owed, moment, now)
    lines += _frozen(found)
    lines += blocked_lines(waiting)
    data = _data(found) | {
        "blocked": [{"packet": packet, "border": to, "why": why} for packet, to, why in waiting],
        "due": [{"due": due, "what": what} for due, what in owed],
    }
    return Answer("review", tuple(lines), advice=_advice(found, holds), data=data)


def _said(found: Agenda) -> str:
    """Whether the review of this window was held, and the one before it."""
    said = f"review of {found.window}: {_held(found.held) if found.held else 'not held'}"
    if found.held:
        return said
    return f"{said}; the last one {_held(found.last)}" if found.last else f"{said}, and none before"


def _held(record: Record) -> str:
    return f"held {record.at} by {record.actor} ({record.name})"


def _matrix(matches: Sequence[Match], now: datetime) -> list[str]:
    """A row for each condition; who is in it, since when, and where work on it begins."""
    lines = ["MATRIX"]
    for condition, todo in CONDITIONS.items():
        there = [match for match in matches if match.condition == condition]
        name = f" {condition.replace('_', ' '):<{WIDEST}}  "
        lines += wrapped(f"{todo}:" if there else "nobody", name)
        for match in there:
            who = f"{match.lane.id} since {day(instant(match.since), now)} ({match.lane.owner})"
            lines += wrapped(who, " " * len(name))
            lines.append(f"   {match.line}")
    return lines


def _lanes(lanes: Sequence[OpenLane], now: datetime) -> list[str]:
    """What is near its end, and what is wrong; a lane in order is only counted."""
    told = [each for each in lanes if each.faults or each.expiring]
    rest = len(lanes) - len(told)
    lines = [f"LANES {'and ' * bool(told)}{rest} in order" if rest or not told else "LANES"]
    for each in told:
        lines += wrapped(
            f"{each.lane.id} {expiry(end_of(each.lane.expiry), now)} ({each.lane.owner})", " ", "   "
        )
        for fault in each.faults:
            lines += wrapped(fault.said, "   BLOCKS " if fault.blocks else "   warns  ", " " * 10)
    return lines


def _work(found: Agenda) -> Dated:
    return [
        (action.due, f"{action.id} of {lane.id} {action.opened.body['reason_code']} ({action.owner})")
        for lane, action in found.actions
    ]


def _dated(title: str, entries: Dated, moment: datetime, now: str | None = None) -> list[str]:
    """`now`: what lies before it is overdue."""
    said = [(due, what + " OVERDUE" * (now is not None and due <= now)) for due, what in entries]
    return [title, *dated(said, moment)] if said else [f"{title} none"]


def _frozen(found: Agenda) -> list[str]:
    if not found.frozen:
        return ["FROZEN nothing"]
    lines = ["FROZEN"]
    for surface, cohorts in found.frozen.items():
        who = "everybody" if EVERYONE in cohorts else few(cohorts)
        lines += wrapped(f"{surface} for {who}", " ", "   ")
    return lines


def _advice(found: Agenda, holds: bool | None) -> tuple[str, str] | None:
    if holds is None:
        return None
    if holds and found.held is None:
        return ("next", "govern review --record")
    return ("next", found.matrix[0].line if found.matrix else "govern status")


def _data(found: Agenda) -> dict[str, Any]:
    return {
        "window": found.window,
        "held": _held_data(found.held),
        "last": _held_data(found.last),
        "matrix": {
            condition: [_match(match) for match in found.matrix if match.condition == condition]
            for condition in CONDITIONS
        },
        "lanes": [
            {
                "lane": each.lane.id,
                "cohort_key": each.lane.cohort,
                "owner": each.lane.owner,
                "expiry_window": each.lane.expiry,
                "faults": [_fault(fault) for fault in (*each.faults, *filter(None, (each.expiring,)))],
            }
            for each in found.lanes
        ],
        "corrective_actions": [
            {
                "lane": lane.id,
                "action": action.id,
                "code": action.opened.body["reason_code"],
                "owner": action.owner,
                "due": action.due,
            }
            for lane, action in found.actions
        ],
        "waivers": [
            {"packet": w.packet, "of": w.of, "owner": w.owner, "expires": w.expires, "record": w.record}
            for w in found.waivers
        ],
        "duties": [
            {"kind": d.kind, "packet": d.packet, "owner": d.owner, "due": d.due, "line": closing(d)}
            for d in found.duties
        ],
        "frozen": {surface: list(cohorts) for surface, cohorts in found.frozen.items()},
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "cohort_key": match.lane.cohort,
        "lane": match.lane.id,
        "owner": match.lane.owner,
        "since": match.since,
        "records": list(match.records),
        "line": match.line,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"kind": fault.kind, "blocks": fault.blocks, "at": fault.at, "line": fault.line}


def _held_data(record: Record | None) -> dict[str, str] | None:
    return {"at": record.at, "by": record.actor, "record": record.name} if record else None
