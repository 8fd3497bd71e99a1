"""A trigger compares its signal in the signal's own unit."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, number, text

CODES = {
    "GOV-TRG-002": Explanation(
        "unit is not that of the signal",
        "3 percent and a ratio of 3 are far apart; a trigger in another unit fires never or always.",
        "Write the unit of the KPI that the trigger reads.",
    ),
    "GOV-TRG-003": Explanation(
        "a very small percentage",
        "5 percent is written 5; 0.05 percent is 5 in 10,000 and often a share by mistake.",
        "Write 5 for five percent; leave it if so little was meant.",
    ),
}
SMALL = 0.2  # percent


def check(view: View) -> Iterator[Finding]:
    for trigger in view.of("trigger"):
        unit = text(trigger.value, "condition", "unit")
        kpi = view.get("kpi", at(trigger.value, "signal"))
        measured = text(kpi.value, "unit") if kpi else None
        if kpi and unit and measured and unit != measured:
            hint = f"{kpi.id} is measured in {measured}. Write: unit: {measured}"
            pointer = ("condition", "unit")
            yield finding(trigger, pointer, "GOV-TRG-002", "unit is not that of the signal", hint)
        threshold = number(trigger.value, "condition", "threshold")
        if unit == "percent" and threshold is not None and 0 < abs(threshold) < SMALL:
            hint = (
                f"{threshold} percent is {abs(threshold) * 100:g} in 10,000. Was {threshold * 100:g} meant?"
            )
            yield finding(
                trigger,
                ("condition", "threshold"),
                "GOV-TRG-003",
                "a very small percentage",
                hint,
                severity="warning",
            )
