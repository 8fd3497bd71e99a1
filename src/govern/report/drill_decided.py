"""What a drill gave, in words: the rule with its margins, each owner beside it, and whether the baseline is back."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.report.wrap import wrapped

Value = Mapping[str, Any]
COMPARED = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
OPPOSITE = {"above": "<=", "at_least": "<", "below": ">=", "at_most": ">"}


def decided_lines(judged: Value, decisions: Value) -> list[str]:
    """What the rule says and by how much, and how each owner stands to it."""
    met = [each for each in judged["conditions"] if each["outcome"] == judged["outcome"]]
    any_of = judged["outcome"] == "rollback"
    joined = " or " if any_of else " and "
    said = joined.join(bounded(each) for each in met if each["holds"] or not any_of)
    lines = wrapped(f" rule   {said} => {judged['outcome'].upper()}", then=" " * 8)
    if away := _margins(judged["margins"]):
        lines += wrapped(away, " " * 8)
    for owner, given in decisions.items():
        lines += wrapped(f" {owner:<6} {_against(given, judged)}", then=" " * 8)
    return lines


def bounded(condition: Value) -> str:
    """`mismatch_rate 1.8 < 2`, `latency_change 13.2 in (10, 15]`; where it does not hold, `13.2 > 10`, `9 not in`."""
    limits, value, holds = condition["limits"], f"{condition['value']:g}", condition["holds"]
    within = "" if holds else "not "
    low = next(((op, limits[op]) for op in ("above", "at_least") if op in limits), None)
    high = next(((op, limits[op]) for op in ("below", "at_most") if op in limits), None)
    if low and high:
        left, right = "(" if low[0] == "above" else "[", ")" if high[0] == "below" else "]"
        return f"{condition['metric']} {value} {within}in {left}{low[1]:g}, {high[1]:g}{right}"
    operator, limit = low or high or ("", 0)
    return f"{condition['metric']} {value} {(COMPARED if holds else OPPOSITE)[operator]} {limit:g}"


def _margins(margins: Sequence[Value]) -> str:
    """`0.2 from rollback by mismatch_rate, 1.8 by latency_change; 3.2 from keep by latency_change`."""
    by_outcome: dict[str, list[Value]] = {}
    for margin in margins:
        by_outcome.setdefault(margin["outcome"], []).append(margin)
    said = []
    for outcome, rows in by_outcome.items():
        first, *more = rows
        told = [f"{first['distance']:g} from {outcome} by {first['metric']}"]
        said.append(", ".join(told + [f"{row['distance']:g} by {row['metric']}" for row in more]))
    return "; ".join(said)


def _against(given: Value, judged: Value) -> str:
    decision = given["decision"]
    if decision == judged["outcome"]:
        return f"{decision}, as the rule"
    if decision == "wait":
        return f"wait {given['window']} for {given['metric']}, and the rule decides now"
    wrong = [each for each in judged["conditions"] if each["outcome"] == decision and not each["holds"]]
    return f"{decision}, but {bounded(wrong[0])}" if wrong else decision


def restored_lines(body: Value) -> list[str]:
    """What is bound beside what is frozen, and what the real way back gave on the clone."""
    lines = []
    for each in body["environment"]["baselines"]:
        same = "=" if each["found"] == each["frozen"] else "is NOT"
        found = short(each["found"]) if each["found"] else "missing"
        lines += wrapped(
            f"   {each['baseline']}: {found} {same} frozen {short(each['frozen'])}", then=" " * 5
        )
    if clone := body["clone"]:
        head = f"   {clone['packet']} taken back on a clone in {clone['seconds']:g} s"
        said = (
            f"{len(clone['cohorts'])} cohort{'s' if len(clone['cohorts']) != 1 else ''} back"
            if clone["same"]
            else f"NOT back: {'; '.join(clone['differs'])}"
        )
        lines += wrapped(f"{head}: {said}", then=" " * 5)
    return lines


def short(digest: str) -> str:
    """The first eight figures of a digest."""
    return digest.removeprefix("sha256:")[:8]
