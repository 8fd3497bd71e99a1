"""Keep, tune or rollback: the criteria of packages and cards give exactly one outcome for every value."""

from collections.abc import Iterator

from govern.domain.document import Document, Pointer
from govern.domain.drills.outcomes import Fault, fault_in, limits_of
from govern.domain.findings import Finding
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
}


def check(view: View) -> Iterator[Finding]:
    faulty = {}
    for document in (*view.of("package"), *view.of("card")):
        fault = fault_in(limits_of(at(document.value, "criteria")))
        package = view.get("package", at(document.value, "package_id"))
        copied = package is not None and at(package.value, "criteria") == at(document.value, "criteria")
        if fault:
            faulty[document.kind, document.id] = fault
            if not copied:  # told once, where the rule is kept
                yield _told(document, fault)
    for card in view.of("card"):
        yield from _metrics(card)
        package = view.get("package", at(card.value, "package_id"))
        if package and not {("card", card.id), ("package", package.id)} & set(faulty):
            ours, theirs = mapping(card.value, "criteria"), mapping(package.value, "criteria")
            different = [outcome for outcome in ours if ours[outcome] != theirs.get(outcome)]
            if ours and theirs and different:
                hint = f"{package.id} has other conditions for {', '.join(different)}; copy them"
                pointer = ("criteria", different[0])
                message = "criteria differ from the package's"
                yield finding(card, pointer, "GOV-CRD-001", message, hint, key=True)


def _told(document: Document, fault: Fault) -> Finding:
    pointer = ("criteria", fault.limit.outcome, fault.limit.item, fault.limit.operator)
    write = f". Write: {fault.write}" if fault.write else ""
    if fault.outcomes:
        hint = f"both {' and '.join(fault.outcomes)} for {fault.values}{write}"
        return finding(document, pointer, "GOV-CRD-003", "overlap in the criteria", hint, key=True)
    hint = f"nothing decides {fault.values}{write}"
    return finding(document, pointer, "GOV-CRD-004", "gap in the criteria", hint, key=True)


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
