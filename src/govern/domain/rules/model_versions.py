"""The stamp of a baseline means one baseline of its surface."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, text

CODES = {
    "GOV-BAS-002": Explanation(
        "stamp used twice",
        "A decision is stamped with the model version; two baselines with one stamp cannot be told apart.",
        "Give one of them another model_version, such as MODEL+PROMPT.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    owners: dict[tuple[str, str], str] = {}
    for baseline in view.of("baseline"):
        surface, version = text(baseline.value, "surface"), text(baseline.value, "model_version")
        if not surface or not version:
            continue
        owner = owners.setdefault((surface, version), baseline.id)
        if owner != baseline.id:
            hint = f"{owner} on {surface} has it already"
            yield finding(baseline, ("model_version",), "GOV-BAS-002", "stamp used twice", hint)
