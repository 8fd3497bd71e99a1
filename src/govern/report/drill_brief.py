"""All that an owner needs for a drill, on a page: the scenario, the rule, what is done and undone, who is called."""

from collections.abc import Mapping
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.confidence import READY, Confidence
from govern.domain.windows import duration
from govern.report.drill_run import amount, clocked, criteria_lines, limit_of, metric_lines
from govern.report.drills import CAPS, STATUS
from govern.report.wrap import beside, wrapped


def brief_lines(card: Document, package: Document, now: Confidence, people: Mapping[str, Any]) -> list[str]:
    value, what = card.value, package.value
    return [
        beside(
            f"{card.id}   {value['scenario'].replace('_', ' ')}, severity {value['expected_severity']}",
            f"limit {clocked(limit_of(value))}",
        ),
        *(wrapped(value["title"], " ", " ") if value.get("title") else ()),
        *confidence_lines(package.id, now),
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
    lines = wrapped(head + (f"; it was {now.raw}" if now.raw != now.score else ""), then="   ")
    if now.score < READY:
        lines[-1] = beside(lines[-1], f"{READY} is production ready")
    return [*lines, *(row for cap in now.caps for row in wrapped(CAPS[cap], " ", "   "))]


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
