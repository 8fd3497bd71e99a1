"""What is wrong with a mitigation lane now: the faults for which promotions of its surfaces are warned or held back.

A lane in order holds nobody else back. Computed from the lane's own records alone, so the gate, the board, the status
screen and the review say the same; who asks decides what follows from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from govern.domain.lane import DECIDED, Lane, end_of, name_of, windows_of
from govern.domain.mitigation.corrective_work import said_end
from govern.domain.mitigation.reentry import LOW, MEDIUM
from govern.domain.records import Record
from govern.domain.state import State

NO_PLAN, OVERDUE, UNCONTAINED = "no_corrective_plan", "corrective_action_overdue", "uncontained"
REPEATED, PAST_DUE, LOW_DEBT = "repeated_medium", "provisional_past_due", "low_confidence_debt"
NEAR_EXPIRY, EXPIRED = "near_expiry", "expired"
MEDIUM_WINDOWS = 3  # decisions on medium confidence count in this one and the two before it
WARNS, BLOCKS = 2, 3  # so many of them, or windows of low confidence


@dataclass(frozen=True, slots=True)
class Fault:
    """`at`: since when it stands, or when what is late was due. `line` mends it, `owner` types it."""

    kind: str
    lane: Lane
    at: str
    records: tuple[str, ...]
    line: str
    owner: str
    said: str  # for people; never recorded
    blocks: bool = True


def faults(state: State, lane: Lane, now: str) -> list[Fault]:
    """Everything that is wrong with an open lane, the gravest first."""
    found = [*_uncontained(lane), *_overdue(lane, now), *_no_plan(lane)]
    return [*found, *_past_due(lane, now), *_repeated(state, lane, now), *_low(state, lane, now)]


def expiring(state: State, lane: Lane, now: str) -> Iterator[Fault]:
    """A lane that ends undecided within this window or the next, or did: a duty, which holds nobody else back."""
    windows = windows_of(state.in_force)
    ends, late = end_of(lane.expiry), lane.expired(now)
    if lane.approved or ends > windows.end(windows.place_at(now) + 1):
        return
    yield Fault(
        EXPIRED if late else NEAR_EXPIRY,
        lane,
        ends,
        (lane.entered.name,),
        f"govern mitigation decide {lane.word} --outcome kept" if late else _assess(lane),
        lane.owner,
        f"{lane.id} {'expired' if late else 'expires'} {said_end(lane.expiry)} undecided",
        blocks=False,
    )


def _uncontained(lane: Lane) -> Iterator[Fault]:
    if lane.regressive:
        first = lane.regressive[0]
        yield Fault(
            UNCONTAINED,
            lane,
            first.at,
            tuple(record.name for record in lane.regressive),
            f'govern mitigation contain {lane.word} --finding "..."',
            lane.owner,
            f"{lane.id} has a regressive signal that nobody contained ({first.name})",
        )


def _overdue(lane: Lane, now: str) -> Iterator[Fault]:
    for action in sorted(lane.open_actions, key=lambda action: action.due):
        if action.overdue(now):
            yield Fault(
                OVERDUE,
                lane,
                action.due,
                (action.opened.name,),
                closing(lane, action.id),
                action.owner,
                f"{action.id} of {lane.id} was due {action.due} ({action.owner})",
            )


def closing(lane: Lane, action: str) -> str:
    """The line that closes a corrective action."""
    return f"govern mitigation correct {lane.word} --close {action} --evidence FILE"


def _no_plan(lane: Lane) -> Iterator[Fault]:
    """A plan is active while work is open, and stays so once some was done after the last setback."""
    setback = _setback(lane)
    done = any(action.closed and action.closed.n > setback.n for action in lane.actions.values())
    if lane.critical and not lane.open_actions and not done:
        yield Fault(
            NO_PLAN,
            lane,
            setback.at,
            (setback.name,),
            f'govern mitigation correct {lane.word} --code CODE --owner {lane.owner} --due DATE --require "..."',
            lane.owner,
            f"{lane.id} is of a critical cohort and has no corrective plan",
        )


def _setback(lane: Lane) -> Record:
    """The newest of the entry and what got worse since, contained or not."""
    worse = [r for r in lane.history if name_of(r) == "rolled_back" or r.body.get("regressive")]
    return max((lane.entered, *lane.regressive, *worse), key=lambda record: record.n)


def _decisions(lane: Lane) -> Sequence[Record]:
    """Its decisions since the newest that let the cohort in: that one settles what was before."""
    found = lane.records(DECIDED)
    approved = [place for place, record in enumerate(found) if record.body["outcome"] == "approved"]
    return found[approved[-1] + 1 :] if approved else found


def _past_due(lane: Lane, now: str) -> Iterator[Fault]:
    """A provisional decision names one more batch and its window: that is over, and the batch was not replayed."""
    for record in _decisions(lane):
        batch = record.body.get("provisional")
        if batch is None or end_of(batch["window"]) > now:
            continue
        replays = lane.records("replay_completed")
        if not any(each.n > record.n and each.body["pack"] == batch["pack"] for each in replays):
            yield Fault(
                PAST_DUE,
                lane,
                end_of(batch["window"]),
                (record.name,),
                f"govern mitigation replay {lane.word} --pack {batch['pack']} --results FILE",
                lane.owner,
                f"{lane.id} is provisional, and its batch of {batch['pack']} is past due",
            )


def _repeated(state: State, lane: Lane, now: str) -> Iterator[Fault]:
    """Medium confidence again and again: the evidence is unstable, and nobody resolves it."""
    windows = windows_of(state.in_force)
    first = windows.start(windows.place_at(now) - MEDIUM_WINDOWS + 1)
    medium = [
        record
        for record in _decisions(lane)
        if record.body["label"] == MEDIUM and end_of(record.body["decision_window"]) > first
    ]
    if len(medium) >= WARNS:
        yield Fault(
            REPEATED,
            lane,
            medium[0].at,
            tuple(record.name for record in medium),
            _assess(lane),
            lane.owner,
            f"{lane.id} had medium confidence {len(medium)} times in {MEDIUM_WINDOWS} windows",
            blocks=len(medium) >= BLOCKS,
        )


def _low(state: State, lane: Lane, now: str) -> Iterator[Fault]:
    """Low confidence that no other label followed: from the window of the first such decision to this one."""
    low: list[Record] = []
    for record in _decisions(lane):
        if record.body["label"] == LOW:
            low.append(record)
        elif record.body["label"] is not None:
            low = []
    if not low:
        return
    windows = windows_of(state.in_force)
    start = low[0].body["decision_window"].partition("/")[0]
    lasting = windows.place_at(now) - windows.place_at(start) + 1
    if lasting >= WARNS:
        yield Fault(
            LOW_DEBT,
            lane,
            low[0].at,
            tuple(record.name for record in low),
            _assess(lane),
            lane.owner,
            f"{lane.id} is on low confidence for {lasting} windows",
            blocks=lasting >= BLOCKS,
        )


def _assess(lane: Lane) -> str:
    return f"govern mitigation assess {lane.word}"
