"""What govern.yaml on the published branch would change against the policy in force, value by value.

Whether it may come into force is decided in the domain; here it is only laid out for those who approve it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from govern.documents.catalog import path_of
from govern.domain.decision import Refusal
from govern.domain.gates import MODES
from govern.domain.policy import Policy
from govern.domain.policy_change import proposed
from govern.domain.windows import duration
from govern.errors import GovernError
from govern.operations.asking import raised
from govern.operations.unpublished import Unpublished, unpublished
from govern.operations.workspace import Workspace

Effect = Literal["looser", "stricter", ""]
SIGNING = ("never", "optional", "required")
LANES = ("critical_only", "each_cohort")

# Fields whose growth makes the discipline stricter (True) or looser (False); the last part of the field's name
# decides, words count by their place in a list. What stands nowhere is shown without a judgement.
GROWTH = {
    **dict.fromkeys(("shadow", "canary", "wide", "adopted", "policy"), True),  # approvals
    **dict.fromkeys(("review_cycles_in_band", "soak_windows", "watch_windows"), True),
    **dict.fromkeys(("pairs_per_cohort", "losses_to_explain", "minimum", "mode"), True),
    **dict.fromkeys(("signing", "enter_mitigation"), True),
    **dict.fromkeys(("valid", "baseline_verified_within", "waiver_at_most", "on_call_at_most"), False),
    **dict.fromkeys(("relabel_within", "note_within", "calibration_review_within"), False),
    **dict.fromkeys(("flip_spike_factor", "expires_after_windows", "replay_every_windows"), False),
    **dict.fromkeys(("carry_forward_at_most", "alpha", "stale_after", "zero_after"), False),
    **dict.fromkeys(("time_to_rollback", "serving_lag"), False),
}
ORDERS: tuple[Sequence[str], ...] = (MODES, SIGNING, LANES)


@dataclass(frozen=True, slots=True)
class Change:
    """One value; `before` or `after` is None where it is new or gone."""

    field: str
    before: Any
    after: Any
    effect: Effect


@dataclass(frozen=True)
class Proposal:
    """The published policy beside the one in force. `needed` approvals of `holders`; `given` have approved."""

    now: Policy
    new: Policy
    changes: tuple[Change, ...]
    needed: int
    holders: tuple[str, ...]
    given: Mapping[str, str]  # person -> record
    path: str = ""  # of govern.yaml
    here: Unpublished | None = None  # an edit of it that is not on the branch


def proposal(workspace: Workspace) -> Proposal:
    """What is published against what is in force. RefusedError where govern.yaml cannot be read."""
    state = workspace.state
    try:
        new = proposed(state, workspace.documents())
    except Refusal as refusal:
        raise raised(refusal.refused) from None
    now = state.in_force
    given = {
        record.actor: record.name
        for record in state.policy_approvals
        if record.body["digest"] == new.digest
        and record.body["from"] == now.digest
        and record.body["expires"] > workspace.now()
    }
    needed = now.approvals("policy")
    holders = now.holders("policy_change")
    path = path_of(state.folder, "workspace", "main")
    here = unpublished(workspace, "workspace", "main")
    return Proposal(now, new, changes(now.view, new.view), needed, holders, given, path, here)


def changes(now: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every value that differs between two views, in the order of the new one; what is gone comes last."""
    before, after = dict(_flat(now)), dict(_flat(new))
    fields = [*after, *(field for field in before if field not in after)]
    return tuple(
        Change(field, before.get(field), after.get(field), effect(field, before.get(field), after.get(field)))
        for field in fields
        if before.get(field) != after.get(field)
    )


def _flat(value: Any, front: str = "") -> list[tuple[str, Any]]:
    """Values by dotted field. The view's own `policy` is its largest part: it is not said again."""
    if isinstance(value, Mapping) and value:
        return [
            pair
            for name, item in value.items()
            for pair in _flat(item, f"{front}.{name}" if front and front != "policy" else str(name))
        ]
    return [(front, value)]


def effect(field: str, before: Any, after: Any) -> Effect:
    """Whether the change of a field makes the discipline looser or stricter; empty where nobody can say."""
    if field.startswith("roles."):
        return _of_lists(before, after)
    stricter = GROWTH.get(field.rpartition(".")[2])
    if stricter is None or before is None or after is None:
        return ""
    was, becomes = _size(before), _size(after)
    if was is None or becomes is None or was == becomes:
        return ""
    return "stricter" if (becomes > was) is stricter else "looser"


def _of_lists(before: Any, after: Any) -> Effect:
    """A role that more people hold is looser."""
    was, becomes = set(before or ()), set(after or ())
    if was < becomes:
        return "looser"
    return "stricter" if becomes < was else ""


def _size(value: Any) -> float | None:
    """A number, a duration in seconds, or the place of a word in its order."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return float(value)
    for order in ORDERS:
        if value in order:
            return float(order.index(value))
    try:
        return duration(value).total_seconds()
    except ValueError:
        return None


def published_person(workspace: Workspace, person: str) -> Mapping[str, Any]:
    """Name, contact and deputy, which are read at the published branch; empty where they cannot be."""
    try:
        document = workspace.documents().get("workspace", "main")
    except (GovernError, Refusal):
        return {}
    return document.value["people"].get(person, {}) if document is not None else {}
