"""`mitigation assess` and `decide`: the label of a cohort in a lane, and what an evaluator decides on it.

The label follows from what was recorded, by rule; a decision that contradicts it is refused, whoever takes it. What
lets a cohort in needs the whole way of the attempt; what keeps it out may come at any step, names for every criterion
that is not met a code, an owner, a due window and the evidence that is wanted, and ends the attempt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any, ClassVar, TypeVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.lane import (
    CANDIDATE,
    DECIDED,
    INTERACTION,
    STARTUP,
    Lane,
    context_of,
    name_of,
    windows_of,
)
from govern.domain.mitigation import corrective_work as work
from govern.domain.mitigation.criteria import criteria_of
from govern.domain.mitigation.evidence_packet import packed
from govern.domain.mitigation.lane_facts import require_pack
from govern.domain.mitigation.lanes import lane_meant, noted, require_coming
from govern.domain.mitigation.reentry import MEDIUM, Assessment, assess, counted_replays
from govern.domain.mitigation.reentry_outcomes import (
    APPROVED,
    CONTAINMENT,
    KEPT,
    OUTCOMES,
    PROVISIONAL,
    open_outcomes,
)
from govern.domain.mitigation.rejections import action, as_given, rejections
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.errors import ExitCode

INWARD = (APPROVED, PROVISIONAL)
OBSERVED = (STARTUP, INTERACTION)


@dataclass(frozen=True)
class AssessReentry:
    """Opens the candidate window of the attempt, where a label can be given."""

    do: ClassVar[str] = "assess-reentry"
    cohort: str
    lane: str | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class DecideReentry:
    """`rejections` are {criterion, owner, due, required}: without a criterion it is for all that are not named.

    `batch` is the pack that a provisional decision wants replayed once more, `until` the end of its window.
    """

    do: ClassVar[str] = "decide-reentry"
    cohort: str
    outcome: str
    rejections: tuple[Mapping[str, Any], ...] = ()
    batch: str | None = None
    until: str | None = None
    lane: str | None = None
    attempt: int | None = None


C = TypeVar("C", AssessReentry, DecideReentry)


def open_window(
    state: State, documents: Documents, command: AssessReentry, actor: Actor, now: str
) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    require_coming(lane, CANDIDATE)
    found = assess(state, documents, lane, now)
    _require_one_build(lane, found)
    if found.label is None:
        names = ", ".join(each.criterion for each in found.open)
        raise Refusal(
            f"{lane.id} has no label yet: open are {names}; the confidence is asked of {len(found.windows)} windows"
            f" in a row, up to {found.windows[-1].window}",
            type_line=lacking_line(lane, found),
        )
    body = {
        **context_of(lane, CANDIDATE),
        "candidate": {"build": found.build},
        "evaluator": actor.person,
        "confidence": found.confidence,
        "label": found.label,
        "windows": [window.window for window in found.windows],
    }
    event = Event(lane.stream, f"{CANDIDATE}/1", body, found.uses)
    following = f"govern mitigation decide {lane.word} --outcome {open_outcomes(lane, found)[0]}"
    return Accepted((event,), asked(_pinned(command, lane)), next=following)


def decide(state: State, documents: Documents, command: DecideReentry, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    found = assess(state, documents, lane, now)
    _require_open(lane, found, command.outcome)
    inward = command.outcome in INWARD
    if inward:
        require_coming(lane, DECIDED)
        _require_one_build(lane, found)
    windows = windows_of(state.in_force)
    place = windows.place_at(now)
    rejected = [] if inward else rejections(state, lane, found, command.rejections, now)
    decision: dict[str, Any] = {
        "outcome": command.outcome,
        "label": found.label,
        "evaluator": actor.person,
        "at": now,
        "rejections": rejected,
    }
    if command.outcome == PROVISIONAL:
        decision["provisional"] = _batch(state, documents, lane, command, now)
    packet = packed(state, lane, found, counted_replays(lane), windows.text(place), decision)
    body: dict[str, Any] = {
        **context_of(lane, DECIDED),
        **{name: value for name, value in decision.items() if name != "at"},
        "candidate": {"build": found.build},
        "confidence": found.confidence,
        "decision_window": windows.text(place),
        "expiry_window": windows.text(place + state.in_force.numbers["lane"]["expires_after_windows"]),
        "proposed": proposals(lane, rejected),
        "packet": packet.reference,
    }
    events = [Event(lane.stream, f"{DECIDED}/1", body, found.uses)]
    events += [action(lane, place, each, actor) for place, each in enumerate(rejected)]
    pinned = replace(
        _pinned(command, lane), rejections=tuple(as_given(each, command.rejections) for each in rejected)
    )
    inputs = {packet.reference["sha256"]: packet.data}
    return Accepted(tuple(events), asked(pinned), inputs=inputs, next=_next(lane, command, rejected))


def _require_one_build(lane: Lane, found: Assessment) -> None:
    """What started and was used stably is what was replayed."""
    for record in lane.reached if found.build is not None else ():
        if name_of(record) not in OBSERVED:
            continue
        seen = record.body["candidate"]["build"]
        if seen != found.build:
            raise Refusal(
                f"{name_of(record)} was of build {seen}, and {found.build} was replayed ({record.name})",
                type_line=f"govern mitigation replay {lane.word} --build {quote(seen)} --results FILE",
            )


def _require_open(lane: Lane, found: Assessment, outcome: str) -> None:
    if outcome not in OUTCOMES:
        close = nearest(outcome, OUTCOMES) or KEPT
        raise Refusal(
            f"no outcome `{outcome}`; there are: {', '.join(OUTCOMES)}",
            type_line=f"--outcome {close}",
            exit=ExitCode.COULD_NOT,
        )
    allowed = open_outcomes(lane, found)
    if outcome in allowed:
        return
    said = f"`{outcome}` contradicts {found.label or 'that there is no label yet'}: open is {' or '.join(allowed)}"
    if outcome == APPROVED and found.label == MEDIUM:
        said += "; medium confidence passes only with one more replay batch"
    raise Refusal(said, type_line=f"govern mitigation decide {lane.word} --outcome {allowed[0]}")


def proposals(lane: Lane, rejected: Iterable[Mapping[str, Any]] = ()) -> list[str]:
    """What repeats itself: a code in three attempts, `rejected` among them, and what got worse after a correction."""
    codes = [{each["code"] for each in record.body["rejections"]} for record in lane.records(DECIDED)]
    codes.append({each["code"] for each in rejected})
    repeated = [code for code in sorted(set().union(*codes)) if sum(code in those for those in codes) >= 3]
    closed = min((action.closed.n for action in lane.actions.values() if action.closed), default=None)
    again = [record for record in lane.regressive if closed is not None and record.n > closed]
    return repeated + (["regressive_after_correction"] if again else [])


def _batch(
    state: State, documents: Documents, lane: Lane, command: DecideReentry, now: str
) -> dict[str, str]:
    """The one more batch: which pack, and by the end of which window."""
    if command.batch is None:
        raise Refusal(
            "a provisional decision names the batch that is replayed once more",
            type_line="--batch PACK",
            exit=ExitCode.COULD_NOT,
        )
    require_pack(lane, criteria_of(documents, lane), command.batch, "--batch")
    windows = windows_of(state.in_force)
    if command.until is None:
        return {"pack": command.batch, "window": windows.text(windows.place_at(now) + 1)}
    return {"pack": command.batch, "window": work.due_window_of(state, command.until, now)}


def lacking_line(lane: Lane, found: Assessment) -> str:
    """What is replayed or observed next; where this window lacks nothing, a replay in the next."""
    missing = found.windows[-1].missing
    if missing or all(each.outcome != "open" for each in found.signals):
        pack = f" --pack {missing[0]}" if missing and missing[0] != "any" else ""
        return f"govern mitigation replay {lane.word}{pack} --results FILE"
    return f"govern mitigation observe {lane.word} --log FILE"


def _next(lane: Lane, command: DecideReentry, rejected: Sequence[Mapping[str, Any]]) -> str:
    if command.outcome == APPROVED:
        return f"govern mitigation exit {lane.word}"
    if command.outcome == PROVISIONAL:
        return f"govern mitigation replay {lane.word} --pack {command.batch} --results FILE"
    if command.outcome == CONTAINMENT:
        return f'govern mitigation contain {lane.word} --finding "..."'
    row = rejected[0]["action"] if rejected else None
    return f"govern mitigation correct {lane.word} --close {row} --evidence FILE" if row else "govern status"


def _pinned(command: C, lane: Lane) -> C:
    return replace(command, cohort=lane.cohort, lane=lane.id, attempt=lane.attempt)


def fold_opened(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.reach(record)


def fold_decided(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.expiry = record.body["expiry_window"]
    if record.body["outcome"] == APPROVED:
        lane.reach(record)
    else:
        lane.attempt = record.body["attempt"]
        lane.end_attempt(record)


CAPABILITY = Capability(
    writers=(
        Writer(AssessReentry, open_window, (f"{CANDIDATE}/1",), "evaluator"),
        Writer(DecideReentry, decide, (f"{DECIDED}/1", "corrective_action_opened/1"), "evaluator"),
    ),
    folds={f"{CANDIDATE}/1": fold_opened, f"{DECIDED}/1": fold_decided},
)
