"""A selector on attributes selects at least one cohort."""

from collections.abc import Iterator

from govern.domain.document import Pointer
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation, View, at, dictionary, finding, mapping, selected, texts

CODES = {
    "GOV-COH-005": Explanation(
        "nobody is selected",
        "A selector that matches no cohort covers, guards or moves nobody.",
        "Take attribute values that stand in cohorts.yaml.",
    ),
}
SELECTORS: tuple[tuple[str, Pointer], ...] = (
    ("packet", ("cohort_coverage",)),
    ("packet", ("canary", "allowlist")),
    ("trigger", ("scope",)),
)


def check(view: View) -> Iterator[Finding]:
    cohorts = dictionary(view)
    names = {name for tags in cohorts.values() for name in tags}
    for kind, pointer in SELECTORS:
        for document in view.of(kind):
            where = mapping(document.value, *pointer, "where")
            if not cohorts or not where or not set(where) <= names:
                continue
            if not selected(view, at(document.value, *pointer)):
                yield finding(
                    document, (*pointer, "where"), "GOV-COH-005", "nobody is selected", _hint(view, where)
                )


def _hint(view: View, where: object) -> str:
    """The value that no cohort has, with the nearest that one has."""
    for name, wanted in mapping(where).items():
        known = {str(tags[name]) for tags in dictionary(view).values() if name in tags}
        for value in (*texts([wanted]), *texts(wanted)):
            if value not in known:
                close = nearest(value, known)
                return f"no cohort has {name} {value}; " + (
                    f"nearest: {close}" if close else f"there are: {', '.join(sorted(known))}"
                )
    return "no cohort has all of these at once"
