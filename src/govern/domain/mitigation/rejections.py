"""A re-entry that is denied: for each criterion that is not met a code, an owner, a due window and wanted evidence.

Denial is work: each rejection brings its corrective action in the same commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.lane import Lane, windows_of
from govern.domain.mitigation import corrective_work as work
from govern.domain.mitigation.reentry import Assessment, Judged
from govern.domain.policy import Actor
from govern.domain.records import Event
from govern.domain.state import State
from govern.errors import ExitCode

# {criterion, owner, due, required} each; one without a criterion is for all that are not named.
Given = Sequence[Mapping[str, Any]]


def rejections(state: State, lane: Lane, found: Assessment, given: Given, now: str) -> list[dict[str, Any]]:
    """One for every criterion that is not met, each with its owner, due window, evidence and corrective action."""
    unmet = {each.criterion: each for each in (*found.unmet, *_unmet_signals(found))}
    named = {entry.get("criterion"): entry for entry in given}
    for criterion in named:
        if criterion is not None and criterion not in unmet:
            close = nearest(criterion, unmet)
            there = f"; nearest: {close}" if close else f"; not met are: {', '.join(unmet) or 'none'}"
            raise Refusal(
                f"criterion `{criterion}` is not among those that keep it out{there}",
                type_line=f"govern mitigation assess {lane.word} --dry-run",
                exit=ExitCode.COULD_NOT,
            )
    return [
        _rejection(state, lane, each, named.get(each.criterion) or named.get(None), place, now)
        for place, each in enumerate(unmet.values())
    ]


def _unmet_signals(found: Assessment) -> Iterable[Judged]:
    return (each for each in found.signals if each.outcome != "passed")


def _rejection(
    state: State, lane: Lane, judged: Judged, given: Mapping[str, Any] | None, place: int, now: str
) -> dict[str, Any]:
    if given is None or not all(given.get(name) for name in ("owner", "due", "required")):
        raise Refusal(
            f"{judged.criterion} ({judged.code}) is rejected without an owner, a due date and the evidence that is"
            " wanted: a rejection is work for somebody",
            type_line=f'--owner {lane.owner} --due {_by(state, now)} --require "..."',
            exit=ExitCode.COULD_NOT,
        )
    return {
        "code": judged.code,
        "criteria": [judged.criterion],
        "owner": work.require_owner(state, given["owner"]),
        "due_window": work.due_window_of(state, given["due"], now),
        "required_evidence": work.require_evidence_text(given["required"]),
        "action": work.next_id(lane, place),
    }


def _by(state: State, now: str) -> str:
    """The end of the next window, as a suggestion."""
    windows = windows_of(state.in_force)
    return windows.end(windows.place_at(now) + 1)[:10]


def as_given(rejection: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """As it was given, for the criterion that it was taken for: deciding it again gives the same rows."""
    criterion = rejection["criteria"][0]
    named = {entry.get("criterion"): entry for entry in given}
    entry = named.get(criterion) or named[None]
    return {"criterion": criterion, **{name: entry[name] for name in ("owner", "due", "required")}}


def action(lane: Lane, place: int, rejection: Mapping[str, Any], actor: Actor) -> Event:
    """The corrective action of a rejection."""
    return work.opened(
        lane,
        place,
        rejection["code"],
        rejection["criteria"],
        rejection["owner"],
        rejection["due_window"],
        rejection["required_evidence"],
        actor,
    )
