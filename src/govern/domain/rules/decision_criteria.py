"""Keep, tune or rollback: the criteria of packages and cards give exactly one outcome for every value."""

from collections.abc import Iterator

from govern.domain.document import Document, Pointer
from govern.domain.drills.outcome_faults import Fault, fault_in, never_holds
from govern.domain.drills.outcomes import Limit, limits_of
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation, View, at, finding, items, mapping, text

CODES = {
    "GOV-CRD-001": Explanation(
        "criteria differ from the package's",
        "The card rehearses the rule of its package; another rule would rehearse something else.",
        "Copy the criteria of the package into the card.",
    ),
    "GOV-CRD-003": Explanation(
        "overlap in the criteria",
        "Two outcomes for one value leave the decision to the mood of the hour.",
        "Let each value lead to one outcome; only a shared border belongs to the earlier one.",
    ),
    "GOV-CRD-004": Explanation(
        "gap in the criteria",
        "A value for which nothing is decided will come up in the middle of an incident.",
        "Widen one of the conditions so that it takes in the value.",
    ),
    "GOV-CRD-005": Explanation(
        "metric not on the card",
        "A criterion on a metric that the card does not give cannot be judged in the drill.",
        "Add the metric to `metrics` of the card, or mend the name.",
    ),
    "GOV-CRD-006": Explanation(
        "a condition that never holds",
        "No value is above 4 and below 3: the outcome that asks for it is never reached.",
        "Exchange the two limits, or take one of them out.",
    ),
}
GAP = ("GOV-CRD-004", "gap in the criteria")


def check(view: View) -> Iterator[Finding]:
    faulty = set()
    for document in (*view.of("package"), *view.of("card")):
        limits = limits_of(at(document.value, "criteria"))
        never, fault = never_holds(limits), fault_in(limits)
        package = view.get("package", at(document.value, "package_id"))
        copied = package is not None and at(package.value, "criteria") == at(document.value, "criteria")
        if never or fault:
            faulty.add((document.kind, document.id))
        if never and not copied:  # told once, where the rule is kept
            yield _never(document, never)
        elif fault and not copied:
            yield _told(document, fault, limits)
    for card in view.of("card"):
        yield from _metrics(card)
        package = view.get("package", at(card.value, "package_id"))
        if package and not {("card", card.id), ("package", package.id)} & faulty:
            ours, theirs = mapping(card.value, "criteria"), mapping(package.value, "criteria")
            different = [outcome for outcome in ours if ours[outcome] != theirs.get(outcome)]
            if ours and theirs and different:
                hint = f"{package.id} has other conditions for {', '.join(different)}; copy them"
                pointer = ("criteria", different[0])
                message = "criteria differ from the package's"
                yield finding(card, pointer, "GOV-CRD-001", message, hint, key=True)


def _never(document: Document, limits: tuple[Limit, ...]) -> Finding:
    last = limits[-1]
    asked = " and ".join(f"{each.operator.replace('_', ' ')} {each.limit}" for each in limits)
    hint = f"{last.outcome} asks {last.metric} {asked}: no value is"
    if len(limits) == 2 and limits[0].item == last.item:
        turned = f"{limits[0].operator}: {last.limit}, {last.operator}: {limits[0].limit}"
        hint += f". Was {{{turned}}} meant?"
    return finding(document, _at(last), "GOV-CRD-006", "a condition that never holds", hint, key=True)


def _told(document: Document, fault: Fault, limits: list[Limit]) -> Finding:
    hint = " and ".join(fault.outcomes)
    values = ", nor ".join(fault.values) if not hint else ", and for ".join(fault.values)
    hint = f"both {hint} for {values}" if hint else f"nothing decides {values}"
    if alone := _alone(limits):
        hint += f". {alone[0].metric} stands in {alone[0].outcome} alone; was {alone[1]} meant?"
    elif fault.write:
        hint += f". Write: {fault.write}"
    code, message = ("GOV-CRD-003", "overlap in the criteria") if fault.outcomes else GAP
    return finding(document, _at(fault.limit), code, message, hint, key=True)


def _at(limit: Limit) -> Pointer:
    return ("criteria", limit.outcome, limit.item, limit.operator)


def _alone(limits: list[Limit]) -> tuple[Limit, str] | None:
    """A metric that one outcome alone asks for, beside another of nearly that name: a slip of the pen."""
    asked: dict[str, list[Limit]] = {}
    for limit in limits:
        asked.setdefault(limit.metric, []).append(limit)
    lone = {name: each for name, each in asked.items() if len({limit.outcome for limit in each}) == 1}
    for name, each in sorted(lone.items(), key=lambda item: len(item[0])):
        if close := nearest(name, [other for other in asked if other != name and other not in lone]):
            return each[0], close
    return None


def _metrics(card: Document) -> Iterator[Finding]:
    known = mapping(card.value, "metrics")
    named: list[tuple[Pointer, str | None]] = [
        (("side_effect", "metric"), text(card.value, "side_effect", "metric"))
    ]
    for outcome in mapping(card.value, "criteria"):
        for place, item in enumerate(items(card.value, "criteria", outcome)):
            named.append((("criteria", outcome, place, "metric"), text(item, "metric")))
    for pointer, metric in named:
        if known and metric and metric not in known:
            hint = f"the card measures {', '.join(known)}"
            yield finding(card, pointer, "GOV-CRD-005", "metric not on the card", hint)
