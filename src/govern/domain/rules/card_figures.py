"""The figures of a card make a drill: something breaks, one side effect moves a number that the rule reads, and a mixed
signal is mixed.

Which way is worse the criteria say: the side on which they roll back, else the one that they do not keep.
"""

from collections.abc import Iterator, Mapping

from govern.domain.document import Document
from govern.domain.drills.outcomes import Limit, limits_of, worse_than
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, mapping, number, text

CODES = {
    "GOV-CRD-007": Explanation(
        "nothing breaks",
        "A drill that begins with every value at rest rehearses an incident that is none.",
        "Give the metric that fails the value that it has in the incident.",
    ),
    "GOV-CRD-008": Explanation(
        "a side effect that changes nothing",
        "A value that stays where it was, or that no criterion reads, puts no decision to the test.",
        "Let `becomes` be another value, of a metric that the criteria read.",
    ),
    "GOV-CRD-009": Explanation(
        "no mixed signal",
        "In a mixed signal one metric gets better and another worse; one of the week's drills must be such a one.",
        "Let one metric break, and the side effect make another one worse; or write another scenario.",
    ),
}

Figures = Mapping[str, tuple[float, float]]  # by metric: baseline and breach


def check(view: View) -> Iterator[Finding]:
    for card in view.of("card"):
        limits = limits_of(at(card.value, "criteria"))
        figures = {
            name: (base, breach)
            for name in mapping(card.value, "metrics")
            if (base := number(card.value, "metrics", name, "baseline")) is not None
            and (breach := number(card.value, "metrics", name, "breach")) is not None
        }
        found = [*_breach(card, limits, figures), *_side_effect(card, limits, figures)]
        yield from found
        if not found and text(card.value, "scenario") == "mixed_signal":
            yield from _mixed(card, limits, figures)


def _breach(card: Document, limits: list[Limit], figures: Figures) -> Iterator[Finding]:
    if len(figures) != len(mapping(card.value, "metrics")) or not figures:
        return
    if all(base == breach for base, breach in figures.values()):
        metric = next((limit.metric for limit in limits if limit.metric in figures), next(iter(figures)))
        hint = f"every metric begins at its baseline, {metric} at {figures[metric][1]}"
        limit = next((each for each in limits if each.metric == metric), None)
        if limit and limit.outcome == "rollback":
            hint += f"; rollback asks {_worded(limit)}"
        yield finding(card, ("metrics", metric, "breach"), "GOV-CRD-007", "nothing breaks", hint)


def _side_effect(card: Document, limits: list[Limit], figures: Figures) -> Iterator[Finding]:
    metric, becomes = text(card.value, "side_effect", "metric"), number(card.value, "side_effect", "becomes")
    message = "a side effect that changes nothing"
    if metric is None or metric not in figures:
        return
    read = list(dict.fromkeys(limit.metric for limit in limits if limit.metric in figures))
    if read and metric not in read:
        hint = f"no criterion reads {metric}; they read {', '.join(read)}"
        yield finding(card, ("side_effect", "metric"), "GOV-CRD-008", message, hint)
    elif becomes in figures[metric]:
        was = "baseline" if becomes == figures[metric][0] else "breach"
        hint = f"{metric} is {becomes} before it too, as its {was}"
        tuned = [limit for limit in limits if limit.metric == metric and limit.outcome == "tune"]
        asked = tuned or [limit for limit in limits if limit.metric == metric]
        if asked:
            said = " and ".join(_worded(limit) for limit in asked if limit.item == asked[0].item)
            hint += f"; {asked[0].outcome} asks {metric} {said}"
        yield finding(card, ("side_effect", "becomes"), "GOV-CRD-008", message, hint)


def _mixed(card: Document, limits: list[Limit], figures: Figures) -> Iterator[Finding]:
    aside, becomes = text(card.value, "side_effect", "metric"), number(card.value, "side_effect", "becomes")
    if aside is None or aside not in figures or becomes is None or not limits:
        return
    pointer: tuple[str, ...] = ("scenario",)
    others = [name for name in figures if name != aside and any(limit.metric == name for limit in limits)]
    if not any(worse_than(limits, name, figures[name][1], figures[name][0]) for name in others):
        hint = f"nothing beside {aside} is broken, so nothing gets better"
        hint += f". Let {others[0]} break, or write: scenario: straightforward" if others else ""
    elif not worse_than(limits, aside, becomes, figures[aside][0]):
        pointer = ("side_effect", "becomes")
        hint = f"{aside} gets better, from {figures[aside][0]} to {becomes}: nothing gets worse"
    else:
        return
    yield finding(card, pointer, "GOV-CRD-009", "no mixed signal", hint)


def _worded(limit: Limit) -> str:
    return f"{limit.operator.replace('_', ' ')} {limit.limit}"
