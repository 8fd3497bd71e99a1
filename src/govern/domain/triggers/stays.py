"""Since when the cohorts of a trigger are on next, or were until they went back: windows count from there on."""

from collections.abc import Mapping
from typing import Any

from govern.domain.binding import current
from govern.domain.selection import matches
from govern.domain.state import Packet, State
from govern.domain.windows import after

NO_WARM_UP = "PT0S"


def on_next_since(state: State, packet: Packet, trigger: Mapping[str, Any]) -> dict[str, str]:
    """By cohort of the scope, since when it has been on next without a break, and past the trigger's warm-up; by
    attributes as they were bound.
    """
    scope, warm_up = trigger["scope"], trigger.get("warm_up", NO_WARM_UP)
    found = {}
    for cohort in packet.on_next:
        surface = state.surfaces[packet.surface]
        if isinstance(scope, Mapping) and not matches(current(surface, cohort).attributes, scope["where"]):
            continue
        for binding in reversed(surface.cohorts.get(cohort, [])):
            if packet.next is None or binding.to.digest != packet.next.digest:
                break
            found[cohort] = after(binding.at, warm_up)
    return found


def gone_since(
    state: State, packet: Packet, trigger: Mapping[str, Any], seen: Mapping[str, str]
) -> dict[str, str]:
    """For those that are not on next any more since when they were, where they still were at the instant `seen`: a
    firing may wait in a clone while somebody else takes them back.
    """
    found = {}
    for cohort, at in seen.items():
        bindings = state.surfaces[packet.surface].cohorts.get(cohort, [])
        there = [packet.next is not None and each.to.digest == packet.next.digest for each in bindings]
        if cohort in packet.on_next or not any(there):
            continue
        last = max(place for place, on_next in enumerate(there) if on_next)
        scope = trigger["scope"]
        if isinstance(scope, Mapping) and not matches(bindings[last].attributes, scope["where"]):
            continue
        if bindings[last + 1].at > at:
            first = next((place + 1 for place in range(last, -1, -1) if not there[place]), 0)
            found[cohort] = after(bindings[first].at, trigger.get("warm_up", NO_WARM_UP))
    return found
