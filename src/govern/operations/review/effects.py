"""Which verdicts would turn if the frozen documents of a packet said something else, cohort by cohort.

Nothing is decided: the next border is judged twice, with the documents in force and with the others in their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import canonical, digest_of
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.rollout.promotion import border_name, border_to, coming_after, judge
from govern.domain.verdict import Outcome, Verdict
from govern.errors import GovernError
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Turn:
    """A verdict before and after; `cohort` is None where the check judges the packet as a whole."""

    check: str
    cohort: str | None
    was: Outcome
    becomes: Outcome
    measured: str  # `-18.8 points`, where something was


@dataclass(frozen=True)
class Effect:
    """`turned` are verdicts that change, `still` those of cohorts measured bad either way. `unknown`: why not."""

    packet: str
    border: str
    turned: tuple[Turn, ...] = ()
    still: tuple[Turn, ...] = ()
    unknown: str = ""


def effect_of(workspace: Workspace, packet_id: str, values: Mapping[str, Mapping[str, Any]]) -> Effect:
    """The effect of `values`, by FOLDER/ID, in the place of what the packet has frozen."""
    now = workspace.now()
    packet = workspace.state.packet(packet_id)
    if packet.phase == "adopted":
        return Effect(packet_id, "adopted", unknown="it is adopted: no border is left")
    to = coming_after(packet)
    name = border_name(to)
    try:
        border = border_to(workspace.state, workspace.documents(), packet, Actor(""), now, to)
        before, after = judge(border), judge(_overlaid(border, values))
    except Refusal as refusal:
        return Effect(packet_id, name, unknown=refusal.refused.reasons[0])
    except (GovernError, MissingInputError) as error:
        return Effect(packet_id, name, unknown=str(error))
    pairs = _paired(before, after, border.cohorts)
    turned = tuple(turn for turn in pairs if turn.was != turn.becomes)
    still = tuple(turn for turn in pairs if turn.was == turn.becomes == "failed" and turn.measured)
    return Effect(packet_id, name, turned, still)


def _overlaid(border: Border, values: Mapping[str, Mapping[str, Any]]) -> Border:
    parts = dict(border.parts)
    for key, value in values.items():
        if key in parts:
            parts[key] = replace(parts[key], value=value, digest=digest_of(canonical(value)))
    packet = parts[f"packets/{border.packet.id}"]
    return replace(border, parts=parts, value=packet.value, judged={})


def _paired(before: tuple[Verdict, ...], after: tuple[Verdict, ...], cohorts: tuple[str, ...]) -> list[Turn]:
    """Every verdict of both sides by check and cohort; a check that one side skips is not applicable there."""
    old, new = ({verdict.check: verdict for verdict in side} for side in (before, after))
    pairs = []
    for check in [*old, *(name for name in new if name not in old)]:
        sides = [side.get(check) or Verdict(check, "not_applicable", "skipped") for side in (old, new)]
        apart = any(side.cohorts is not None for side in sides)
        for cohort in cohorts if apart else (None,):
            was, becomes = (_outcome(side, cohort) for side in sides)
            pairs.append(Turn(check, cohort, was, becomes, _measured(sides, cohort)))
    return pairs


def _outcome(verdict: Verdict, cohort: str | None) -> Outcome:
    if cohort is None or verdict.cohorts is None:
        return verdict.outcome
    return verdict.cohorts.get(cohort, "passed")


def _measured(sides: list[Verdict], cohort: str | None) -> str:
    """The value that keeps the cohort back on either side, in its unit."""
    for row in (row for side in sides for row in side.rows):
        value = row.get("value")
        if row.get("cohort") == cohort and row.get("outcome") != "passed" and isinstance(value, int | float):
            figure = f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"
            return f"{figure} {row['unit']}"
    return ""
