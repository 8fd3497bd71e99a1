"""A trigger's count can be full: as many bad windows fit into those that are looked at."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, number

CODES = {
    "GOV-TRG-006": Explanation(
        "a count that is never full",
        "There cannot be four bad windows among three: the trigger would never fire.",
        "Let `of` be as large as `bad` or larger; `consecutive` counts windows in a row.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    for trigger in view.of("trigger"):
        bad, of = (number(trigger.value, "counter", name) for name in ("bad", "of"))
        if bad is not None and of is not None and bad > of:
            hint = f"{bad} of {of} windows can never be bad. Was {{bad: {of}, of: {bad}}} meant?"
            pointer = ("counter", "bad")
            yield finding(trigger, pointer, "GOV-TRG-006", "a count that is never full", hint)
