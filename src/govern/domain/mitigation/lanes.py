"""Which lane a command means, and whether what it wants fits there: one refusal for each way in which it does not."""

from shlex import quote

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.lane import CANDIDATE, DECIDED, INTERACTION, STARTUP, Lane, name_of
from govern.domain.records import Record
from govern.domain.state import State
from govern.errors import ExitCode

LINES = {
    STARTUP: "govern mitigation observe {cohort} --stable startup --build BUILD",
    INTERACTION: "govern mitigation observe {cohort} --stable interaction --build BUILD",
    CANDIDATE: "govern mitigation assess {cohort}",
    DECIDED: "govern mitigation decide {cohort} --outcome OUTCOME",
}


def open_lane(state: State, text: str) -> Lane | None:
    """The open lane of a cohort key, or with an id."""
    return state.lane(text) or next((each for each in state.open_lanes() if each.id == text), None)


def noted(state: State, record: Record) -> Lane:
    """The open lane that a record is of, with the record in its history: how every event of a lane begins to fold."""
    lane = state.lane(record.body["cohort_key"])
    assert lane is not None, "the guard asks for an open lane"
    lane.history.append(record)
    return lane


def lane_meant(state: State, text: str, pinned: str | None = None, attempt: int | None = None) -> Lane:
    """The open lane of a cohort key or with an id; where a first decision pinned one, that one and no later."""
    lane = open_lane(state, text)
    if lane is None:
        raise _none(state, text)
    if pinned not in (None, lane.id) or attempt not in (None, lane.attempt):
        last = lane.history[-1]
        raise Refusal(
            f"{lane.cohort} was changed meanwhile by {last.actor} at {last.at} ({last.name})",
            type_line=f"govern mitigation board {lane.word}",
        )
    return lane


def _none(state: State, text: str) -> Refusal:
    """No lane is open there: it was left, or nobody is called that."""
    left = [lane for lanes in state.lanes.values() for lane in lanes if text in (lane.cohort, lane.id)]
    if left:
        exited = left[-1].exited
        assert exited is not None, "an open lane was found before"
        said = f"{left[-1].id} was left at {exited.at} ({exited.name})"
        return Refusal(said, type_line=f"govern mitigation enter {quote(left[-1].cohort)} --reason CODE")
    known = {lane.cohort for lane in state.open_lanes()}
    close = nearest(text, {*known, *(lane.id for lane in state.open_lanes())})
    there = f"; nearest: {close}" if close else f"; there are: {', '.join(sorted(known)) or 'none'}"
    return Refusal(
        f"no mitigation lane `{text}`{there}", type_line="govern mitigation board", exit=ExitCode.COULD_NOT
    )


def require_coming(lane: Lane, event: str, build: str = "BUILD") -> None:
    """A lifecycle event comes in its order, once in an attempt, and never before what got worse is contained."""
    if lane.regressive:
        raise Refusal(
            f"{lane.id} has a regressive signal ({lane.regressive[0].name}): it is contained first",
            type_line=f'govern mitigation contain {lane.word} --finding "..."',
        )
    coming = STARTUP if lane.approved else lane.coming
    if event == coming:
        return
    there = next((record for record in lane.reached if name_of(record) == event), None)
    said = (
        f"{lane.id} has it in attempt {lane.attempt} already ({there.name})"
        if there and not lane.approved
        else f"{event} comes after {coming}, which attempt {lane.attempt_of(event)} of {lane.id} has not reached"
    )
    line = LINES[coming].format(cohort=lane.word)
    raise Refusal(said, type_line=line.replace("--build BUILD", f"--build {quote(build)}"))
