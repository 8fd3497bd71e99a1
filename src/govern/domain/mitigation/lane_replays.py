"""`mitigation replay`: a completed replay of one pack by one candidate build, as counts.

What comes in is accepted where it can be counts of one pack that the lane is held to. Whether it is worse than at entry
is decided here and stands in the record, so that who asks later needs no document. Whether the cohort may come back
is not asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.evidence.rows import is_count
from govern.domain.lane import Lane, context_of, windows_of
from govern.domain.mitigation.criteria import OWNER, ROUTE, SIDE_EFFECT, Criteria, criteria_of
from govern.domain.mitigation.lane_facts import (
    confidence,
    contain_line,
    next_line,
    replays_of,
    require_build,
    require_pack,
    same_source,
)
from govern.domain.mitigation.lanes import lane_meant, noted
from govern.domain.mitigation.reentry import high_severity
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State

EVENT = "replay_completed"
CLASS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}", re.ASCII)
SEVERITIES = ("high", "medium", "low")
COUNTED = ("n", "passed", "route_mismatches", "owner_mutations", "side_effects", "source")
PAIRS = {"route_mismatches": ("critical", "other"), "owner_mutations": ("unauthorized", "authorized")}


@dataclass(frozen=True)
class RecordReplay:
    """`measured` is the body of `replay_completed` as far as it comes from outside: see COUNTED."""

    do: ClassVar[str] = "record-replay"
    cohort: str
    pack: str
    build: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)
    lane: str | None = None


def decide(state: State, documents: Documents, command: RecordReplay, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane)
    criteria = criteria_of(documents, lane)
    require_pack(lane, criteria, command.pack)
    require_build(command.build)
    measured: dict[str, Any] = {name: command.measured.get(name) for name in COUNTED}
    if wrong := wrong_counts(measured):
        raise Refusal(f"the results do not hold what was counted: {wrong}")
    if there := same_source(state.lanes[lane.cohort], EVENT, measured["source"]):
        raise Refusal(f"recorded already as {there.name}", type_line=f"govern show {there.name}")
    windows = windows_of(state.in_force)
    body = {
        **context_of(lane),
        "pack": command.pack,
        "candidate": {"build": command.build},
        "window": windows.text(windows.place_at(now)),
        "evaluator": actor.person,
        "confidence": confidence(lane, command.build, measured["passed"], measured["n"]),
        **measured,
        "regressive": list(_worse(lane, criteria, command.pack, measured)),
    }
    first = first_of(lane, command.pack)
    event = Event(lane.stream, f"{EVENT}/1", body, (first.name if first else lane.entered.name,))
    pinned = replace(command, cohort=lane.cohort, lane=lane.id)
    following = contain_line(lane.word) if body["regressive"] else next_line(lane, lane.coming, command.build)
    return Accepted((event,), asked(pinned), next=following)


def first_of(lane: Lane, pack: str) -> Record | None:
    """The first replay of a pack in the lane: how it was at entry."""
    return next((record for record in lane.records(EVENT) if record.body["pack"] == pack), None)


def required(criteria: Criteria, lane: Lane, build: str, window: str) -> tuple[set[str], set[str]]:
    """The packs that a window asks for, and those of them that were replayed by a build in it."""
    there = {record.body["pack"] for record in replays_of(lane, build) if record.body["window"] == window}
    return set(criteria.packs), there & set(criteria.packs)


def wrong_counts(measured: Mapping[str, Any]) -> str:
    """What is wrong with the first field that can be no count; empty where all can."""
    n, passed = measured["n"], measured["passed"]
    if not is_count(n) or n == 0:
        return f"n is {n}: nothing was replayed"
    if not is_count(passed) or passed > n:
        return f"{passed} passed of {n}"
    for name, parts in PAIRS.items():
        counts = measured[name]
        whole = isinstance(counts, Mapping) and set(counts) == set(parts)
        if not whole or not all(is_count(count) for count in counts.values()):
            return f"`{name}` is not counts of {' and '.join(parts)}"
        if sum(counts.values()) > n:
            return f"{sum(counts.values())} {name.replace('_', ' ')} in {n} decisions"
    return _wrong_effects(measured["side_effects"], n) or _wrong_source(measured["source"], n)


def _wrong_effects(effects: Any, n: int) -> str:
    if not isinstance(effects, list | tuple):
        return "`side_effects` is no list"
    seen = set[str]()
    for each in effects:
        if not isinstance(each, Mapping) or set(each) != {"class", "severity", "n"}:
            return "a side effect has a class, a severity and n"
        name = each["class"]
        if not isinstance(name, str) or not CLASS.fullmatch(name) or each["severity"] not in SEVERITIES:
            return f"no side effect is called {name}, {each['severity']}"
        if name in seen:
            return f"side effect {name} stands there twice"
        if not is_count(each["n"]) or not each["n"] > 0:
            return f"side effect {name} is counted {each['n']} times"
        seen.add(name)
    told = sum(each["n"] for each in effects)  # a decision has one at most
    return f"{told} side effects in {n} decisions" if told > n else ""


def _wrong_source(source: Any, n: int) -> str:
    if not isinstance(source, Mapping) or not is_count(source.get("rows")):
        return "`source` does not say how many rows it has"
    return f"{n} decisions of {source['rows']} rows" if n > source["rows"] else ""


def _worse(
    lane: Lane, criteria: Criteria, pack: str, measured: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """What is worse than when the pack was first replayed in the lane, by criterion. The first is never worse."""
    first = first_of(lane, pack)
    if first is None:
        return
    for rule, counts, name in (
        (ROUTE, "route_mismatches", "critical"),
        (OWNER, "owner_mutations", "unauthorized"),
    ):
        now, then = measured[counts][name], first.body[counts][name]
        if now * first.body["n"] > then * measured["n"]:
            yield _row(criteria, rule, _share(now, measured["n"]), _share(then, first.body["n"]))
    fresh = high_severity(measured) - high_severity(first.body) - criteria.known_side_effects
    if fresh:
        yield _row(criteria, SIDE_EFFECT, len(fresh), 0)


def _row(criteria: Criteria, rule: str, value: float, limit: float) -> dict[str, Any]:
    return {"criterion": criteria.of(rule)[0], "value": value, "limit": limit}


def _share(k: int, n: int) -> float:
    return round(k / n, 6)


def fold(state: State, record: Record) -> None:
    lane = noted(state, record)
    if record.body["regressive"]:
        lane.regressive.append(record)


CAPABILITY = Capability(
    writers=(Writer(RecordReplay, decide, (f"{EVENT}/1",), automation=True, claimed=True, offline=True),),
    folds={f"{EVENT}/1": fold},
)
