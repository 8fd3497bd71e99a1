"""What one version of a package has that the other has not: what was changed, and what was taken in besides."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from govern.domain.drills.outcomes import limits_of

PLAIN = (
    "title", "trigger_class", "severity", "impact", "surface", "actions", "revert_order", "temporary_guardrails",
    "owner_routes", "recovery_window",
)  # fmt: skip
CRITERIA, THRESHOLDS = "criteria", "thresholds"
COUNTED = {  # what tunes a package; who it is for and how it is called do not
    "actions", "revert_order", "temporary_guardrails", "owner_routes", CRITERIA, THRESHOLDS,
}  # fmt: skip
SEVERITIES = ("low", "medium", "high", "critical")

Limits = dict[tuple[str, str, str], list[float]]


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that differ. `criteria`: the rule asks something else; `thresholds`: its numbers moved."""
    found = [name for name in PLAIN if before.get(name) != after.get(name)]
    ours, theirs = _limits(before), _limits(after)
    asked = {key: len(limits) for key, limits in ours.items()}
    if asked != {key: len(limits) for key, limits in theirs.items()}:
        found.append(CRITERIA)
    if any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys() if asked[key] == len(theirs[key])):
        found.append(THRESHOLDS)
    if not {CRITERIA, THRESHOLDS} & set(found) and before["criteria"] != after["criteria"]:
        found.append(CRITERIA)  # the same limits, grouped in another way
    return tuple(found)


def counts(fields: Collection[str]) -> bool:
    """Whether something was tuned: a step or how it is undone, a guardrail, a route, or the rule."""
    return not COUNTED.isdisjoint(fields)


def wider(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields by which it now takes in more than it did."""
    return tuple(_wider(before, after))


def _wider(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before["trigger_class"] != after["trigger_class"]:
        yield "trigger_class"
    if SEVERITIES.index(after["severity"]) > SEVERITIES.index(before["severity"]):
        yield "severity"
    if (before["impact"], after["impact"]) == ("normal", "high"):
        yield "impact"
    if after.get("surface") is not None and before.get("surface") != after["surface"]:
        yield "surface"
    for name in ("actions", "temporary_guardrails"):
        if {item["id"] for item in after.get(name, ())} - {item["id"] for item in before.get(name, ())}:
            yield name


def _limits(package: Mapping[str, Any]) -> Limits:
    found: Limits = {}
    for limit in limits_of(package["criteria"]):
        found.setdefault((limit.outcome, limit.metric, limit.operator), []).append(limit.limit)
    return {key: sorted(limits) for key, limits in found.items()}
