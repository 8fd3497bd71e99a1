"""Re-entry criteria hold the five minimum ones, whatever a team adds."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, mapping, text

CODES = {
    "GOV-CRI-001": Explanation(
        "a minimum criterion is missing",
        "A cohort comes back only when all five are met; a team may add, never take away.",
        "Add a criterion with the rule that the finding names.",
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
