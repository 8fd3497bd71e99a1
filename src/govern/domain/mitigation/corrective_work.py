"""Work that a lane is owed: who does it, by which window, and what evidence the next attempt needs of it.

A person opens such work by hand, a rejection brings it in the commit of its decision; both say the same things, and
neither may put them off. How an action is opened and closed on the command line stands in `corrective_actions`.
"""

from collections.abc import Iterable

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.lane import Lane, context_of, end_of, windows_of
from govern.domain.mitigation.reentry import CODES as CODES_OF_RULES
from govern.domain.policy import Actor
from govern.domain.records import Event
from govern.domain.state import State
from govern.domain.windows import after, before, instant, written
from govern.errors import ExitCode

CODES = tuple(dict.fromkeys(CODES_OF_RULES.values()))
# What people write to be asked again another time: no evidence can answer it.
PUTS_OFF = frozenset(
    {
        *(
            "later",
            "retry",
            "retry later",
            "try later",
            "try again",
            "try again later",
            "again",
            "soon",
            "asap",
        ),
        *(
            "tbd",
            "tba",
            "todo",
            "to do",
            "to be done",
            "to be defined",
            "to be determined",
            "wait",
            "wait and see",
        ),
        *("n/a", "na", "none", "nothing", "unknown", "not known", "?", "-", "x", ""),
    }
)
AT_MOST = "P366D"  # what is due later is not time-boxed


def next_id(lane: Lane, place: int = 0) -> str:
    """The id of the next action of a lane; `place` counts those that one command opens, from 0."""
    return f"c{len(lane.actions) + place + 1}"


def opened(
    lane: Lane,
    place: int,
    code: str,
    criteria: Iterable[str],
    owner: str,
    due_window: str,
    required: str,
    actor: Actor,
) -> Event:
    """The action as it is recorded. `place`: which it is of those that one command opens, from 0."""
    body = {
        **context_of(lane),
        "action": next_id(lane, place),
        "reason_code": code,
        "criteria": list(criteria),
        "owner": owner,
        "due_window": due_window,
        "required_evidence": required,
        "evaluator": actor.person,
    }
    return Event(lane.stream, "corrective_action_opened/1", body)


def due_window_of(state: State, due: str, now: str) -> str:
    """The workspace window by whose end work is done that is due at an instant; a date is its first instant."""
    windows = windows_of(state.in_force)
    line = f"--due {said_end(windows.text(windows.place_at(now) + 1))}"
    try:
        moment = written(instant(due))
    except ValueError:
        raise Refusal(
            f"due `{due}` is no time: write 2026-11-20, or an instant of UTC",
            type_line=line,
            exit=ExitCode.COULD_NOT,
        ) from None
    if not now < moment <= after(now, AT_MOST):
        raise Refusal(
            f"due {due}: work is due between now, {now}, and a year from now",
            type_line=line,
            exit=ExitCode.COULD_NOT,
        )
    return windows.text(windows.place_at(before(moment, "PT1S")))


def require_owner(state: State, owner: str) -> str:
    """A person of the policy in force: work is never owed by a machine or by nobody."""
    policy = state.in_force
    people = policy.persons
    if owner not in people:
        close = nearest(owner, people)
        there = f"; nearest: {close}" if close else f"; there are: {', '.join(people)}"
        raise Refusal(
            f"no person `{owner}` in the policy{there}",
            type_line=f"--owner {close or people[0]}",
            exit=ExitCode.COULD_NOT,
        )
    return owner


def require_code(code: str) -> str:
    """One of the five reasons for which a cohort stays out."""
    if code not in CODES:
        close = nearest(code, CODES) or nearest(f"REENTRY_{code}", CODES)
        raise Refusal(
            f"no code `{code}`; there are: {', '.join(CODES)}" + (f"; nearest: {close}" if close else ""),
            type_line=f"--code {close or CODES[0]}",
            exit=ExitCode.COULD_NOT,
        )
    return code


def require_evidence_text(text: str) -> str:
    """What has to be shown, in words that evidence can answer."""
    said = " ".join(text.split())
    if said.casefold().strip(" .!…") in PUTS_OFF:
        raise Refusal(
            f"`{said}` is no work: say what evidence the next attempt needs",
            type_line='--require "replays of PACK in two windows without a critical mismatch"',
            exit=ExitCode.COULD_NOT,
        )
    return said


def said_end(window: str) -> str:
    """The end of a window as people type it: a date where it ends with a day."""
    return end_of(window).removesuffix("T00:00:00Z")
