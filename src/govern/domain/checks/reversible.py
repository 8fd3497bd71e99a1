"""Would a rollback give every covered cohort exactly the frozen prev, were all of them on next?

The pure decision is taken here, from a state in which every covered cohort is on next; the same command on
a throw-away clone is the shell's, and its answer comes in as `border.rehearsal`.

To pass: Try the way back, which says what differs: govern rollback rehearse PACKET.
"""

from copy import deepcopy

from govern.domain.binding import Move, changed, current, evolve, way_back
from govern.domain.gates import Border
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    if border.prev is None or border.next is None or not border.surface.default:
        return Verdict("reversible", "error", "prev or next is not there", final=True)
    state = deepcopy(border.state)
    surface = border.value["surface"]
    packet = state.touch(border.packet.id)
    packet.surface, packet.prev, packet.next = surface, border.prev, border.next
    forward = [Move(cohort, border.next, border.prev) for cohort in border.cohorts]
    _apply(state, changed(surface, "advance", forward, packet=packet.id))
    _apply(state, changed(surface, "rollback", way_back(state, packet, border.cohorts), packet=packet.id))
    wrong = [
        cohort
        for cohort in border.cohorts
        if current(state.surfaces[surface], cohort).to.as_value() != border.prev.as_value()
    ]
    if wrong:
        return Verdict("reversible", "failed", f"would not come back: {', '.join(wrong[:5])}")
    said = f"{len(border.cohorts)} of {len(border.cohorts)} back on {border.prev.baseline}"
    if border.rehearsal is None:
        return Verdict("reversible", "passed", f"decided: {said}")
    if not border.rehearsal["same"]:
        return Verdict(
            "reversible", "failed", "on a throw-away clone the bytes differ from the frozen baseline"
        )
    return Verdict(
        "reversible", "passed", f"in a clone, {border.rehearsal['seconds']:g} s: {said}, same bytes"
    )


def _apply(state: State, event: Event) -> None:
    """Fold an event that will never be recorded."""
    evolve(
        state,
        Record(
            ledger=None, n=0, command="", stream=event.stream, seq=0, prev=None, event=event.event, at=state.at,
            happened_at=None, actor="", claimed=False, main="", asked=None, policy={}, documents=None, uses=(),
            body=event.body,
        ),
    )  # fmt: skip
