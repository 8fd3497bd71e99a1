"""Cohort keys are not ids: they are compared byte for byte, so two that look alike are worth a word."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, dictionary, finding

CODES = {
    "GOV-COH-003": Explanation(
        "cohort keys that differ only in case",
        "Both are legal and mean different people; a log that folds case would mix them.",
        "Rename one of the two if that was not meant.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    document = view.single("cohorts")
    if document is None:
        return
    seen: dict[str, str] = {}
    for key in dictionary(view):
        other = seen.setdefault(key.casefold(), key)
        if other != key:
            line = document.positions.of(("cohorts", other), key=True).line
            yield finding(
                document,
                ("cohorts", key),
                "GOV-COH-003",
                "cohort keys that differ only in case",
                f"{other} stands on line {line}; they are two different cohorts",
                key=True,
                severity="warning",
            )
