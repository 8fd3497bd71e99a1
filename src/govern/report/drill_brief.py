"""All that an owner needs for a drill, on a page: the scenario, the rule, what is done and undone, who is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.confidence import READY, Confidence
from govern.domain.state import Duty
from govern.domain.windows import duration
from govern.report.drill_run import amount, clocked, criteria_lines, limit_of, metric_lines
from govern.report.drills import STATUS, beside_lines, cap_lines, target_lines
from govern.report.wrap import beside, headed, wrapped


@dataclass(frozen=True, slots=True)
class Left:
    """What drills before left to this one: updates that are owed, whether it is the card that owed, and targets."""

    owed: Sequence[Duty] = ()
    again: Sequence[Mapping[str, Any]] = ()
    targets: Mapping[str, float] = field(default_factory=dict)


def brief_lines(
    card: Document, package: Document, now: Confidence, people: Mapping[str, Any], left: Left
) -> list[str]:
    value, what = card.value, package.value
    return [
        *headed(
            f"{card.id}   {value['scenario'].replace('_', ' ')}, severity {value['expected_severity']}",
            f"limit {clocked(limit_of(value))}",
        ),
        *(wrapped(value["title"], " ", " ") if value.get("title") else ()),
        *confidence_lines(package.id, now),
        *_left(card, package, left),
        "READ",
        *metric_lines(value),
        *criteria_lines(value["criteria"]),
        "DO, in this order",
        *_numbered(what["actions"], "do"),
        *_numbered(what.get("temporary_guardrails", ()), "set", len(what["actions"])),
        "HAND OVER",
        *_handoffs(value, what, people),
        "ONE SIDE EFFECT",
        *_side_effect(value),
        beside("GO BACK, whatever is decided", f"within {_length(value['recovery_window'])}"),
        " 1 trigger the rollback condition",
        " 2 pause the package's automation",
        *_undo(what),
        " 5 run the checks of the baseline again",
        " 6 log time and reason",
    ]


def confidence_lines(package: str, now: Confidence) -> list[str]:
    """What a package counts for, and what holds it down."""
    when = f", drilled {now.record.body['ended_at'][:10]}" if now.record else ""
    head = f"{package}   {now.score} of 100, {STATUS[now.status]}{when}"
    head += f"; the drill gave {now.raw}" if now.raw != now.score else ""
    right = f"{READY} is production ready" if now.score < READY else ""
    return [*(headed(head, right) if right else wrapped(head, then="   ")), *cap_lines(now)]


def _left(card: Document, package: Document, left: Left) -> list[str]:
    lines = []
    for duty in left.owed:
        text = f"owed by {duty.due[5:10]} ({duty.owner}): one update of {package.id}"
        lines += wrapped(text + (f": {duty.text}" if duty.text else ""), " ", "   ")
    body = {"card": {"id": card.id}, "package": {"id": package.id}, "again": left.again, "targets": ()}
    if any(row["differs"] for row in left.again):
        lines += [f" {row}" for row in beside_lines(body)]
    elif left.again:
        lines += wrapped("the same card again: what it was drilled for is settled by it", " ", "   ")
    return [*lines, *target_lines(left.targets)]


def _numbered(steps: Any, verb: str, after: int = 0) -> list[str]:
    return [row for n, each in enumerate(steps, start=after + 1) for row in wrapped(each[verb], f" {n} ")]


def _handoffs(card: Mapping[str, Any], package: Mapping[str, Any], people: Mapping[str, Any]) -> list[str]:
    lines = []
    for each in card["handoffs"]:
        source, target = (package["owner_routes"][each[end]] for end in ("from", "to"))
        contact = people.get(target, {}).get("contact")
        reach = f" {contact}" if contact else ""
        route = f"{each['from']} ({source}) -> {each['to']} ({target}{reach})"
        lines += wrapped(f"{route}, within {_length(each['acknowledge_within'])}", " ", "   ")
    return lines


def _side_effect(card: Mapping[str, Any]) -> list[str]:
    effect = card["side_effect"]
    metric = card["metrics"][effect["metric"]]
    was, becomes = (amount(value, metric["unit"]) for value in (metric["breach"], effect["becomes"]))
    return wrapped(f"{effect['metric']} {was} -> {becomes}: {effect['text']}", " ", "   ")


def _undo(package: Mapping[str, Any]) -> list[str]:
    reverts = {action["id"]: action["revert"] for action in package["actions"]}
    order = "; ".join(reverts[name] for name in package["revert_order"])
    cleared = "; ".join(each["clear"] for each in package.get("temporary_guardrails", ()))
    return [*wrapped(order, " 3 "), *wrapped(cleared or "no guardrail to clear", " 4 ")]


def _length(text: str) -> str:
    return clocked(duration(text).total_seconds())
