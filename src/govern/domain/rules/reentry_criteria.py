"""Re-entry criteria hold the five minimum ones, whatever a team adds, and a replay set names packs."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.queries import packs_of
from govern.domain.rules.view import Explanation, View, finding, mapping, text

CODES = {
    "GOV-CRI-001": Explanation(
        "a minimum criterion is missing",
        "A cohort comes back only when all five are met; a team may add, never take away.",
        "Add a criterion with the rule that the finding names.",
    ),
    "GOV-CRI-002": Explanation(
        "a replay set names no packs",
        "A lane is judged by the packs of this file; without them nobody could ever come back.",
        "Write `packs: [ID, ...]` into the file that the criterion names.",
    ),
}
MINIMUM = (
    "no_critical_route_mismatch",
    "no_unauthorized_owner_mutation",
    "no_new_high_severity_side_effect",
    "confidence_threshold",
    "carry_forward_not_expired",
)


def check(view: View) -> Iterator[Finding]:
    for criteria in view.of("criteria"):
        own = mapping(criteria.value, "criteria")
        rules = {text(criterion, "rule") for criterion in own.values()}
        lacking = [rule for rule in MINIMUM if rule not in rules]
        if own and None not in rules and lacking:
            hint = f"no criterion has the rule {' or '.join(lacking)}"
            message = "a minimum criterion is missing"
            yield finding(criteria, ("criteria",), "GOV-CRI-001", message, hint, key=True)
        for name in own:
            path = text(own, name, "replay_set")
            if path and view.exists(path) and not packs_of(view.beside(path)):
                pointer = ("criteria", name, "replay_set")
                hint = f"write `packs: [ID, ...]` into {path}"
                yield finding(criteria, pointer, "GOV-CRI-002", "a replay set names no packs", hint)
